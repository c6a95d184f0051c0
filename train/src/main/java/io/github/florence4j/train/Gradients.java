package io.github.florence4j.train;

import io.github.florence4j.torch.NoGrad;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The gradients of the parameters that train, each tensor once. */
public final class Gradients {
    private static final long KEPT = 1 << 23; // elements; malloc returns what is larger to the system at once
    private static final double EPSILON = 1e-6; // as torch.nn.utils.clip_grad_norm_

    private final Map<String, Tensor> parameters;

    /** The gradients of those parameters, which must not name a tensor twice. */
    public Gradients(Map<String, Tensor> parameters) {
        this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Forgets all gradients. The memory of the largest is kept: getting it back would cost more than filling it. */
    public void clear() {
        try (PointerScope scope = new PointerScope()) {
            for (Tensor parameter : parameters.values()) {
                Tensor gradient = parameter.mutable_grad();
                if (parameter.numel() >= KEPT && gradient.defined() && isFull(parameter, gradient)) {
                    gradient.zero_();
                } else {
                    gradient.reset();
                }
            }
        }
    }

    /** Adds the gradients of other leaves of the same names. */
    void add(Gradients others) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            others.parameters.forEach((name, other) -> {
                if (other.grad().defined()) {
                    add(Objects.requireNonNull(parameters.get(name), name), other.grad());
                }
            });
        }
    }

    /**
     * Adds to a parameter's gradient. The first to come is kept as it is, be it of lower precision than the parameter; sums
     * have the parameter's.
     */
    static void add(Tensor parameter, Tensor gradient) {
        Tensor sum = parameter.grad();
        if (!sum.defined()) {
            parameter.mutable_grad().put(gradient);
        } else if (isFull(parameter, sum)) {
            sum.add_(gradient);
        } else {
            parameter.mutable_grad().put(sum.to(parameter.scalar_type()).add_(gradient));
        }
    }

    /** Whether a gradient has the precision of its parameter. */
    static boolean isFull(Tensor parameter, Tensor gradient) {
        return gradient.scalar_type().intern() == parameter.scalar_type().intern();
    }

    /**
     * What a step does with the summed gradients.
     *
     * @param norm the global Euclidean norm of the mean gradient over the label tokens, before it is limited
     * @param factor what the sums are to be multiplied by: the division by label tokens and the limit in one
     */
    public record Scale(double norm, double factor) {}

    /**
     * The scale of this step; nothing is changed yet.
     *
     * @param maxNorm the limit of the norm, or infinity for none
     */
    public Scale scale(long labelTokens, double maxNorm) {
        double norm = norm() / labelTokens;
        return new Scale(norm, Math.min(1, maxNorm / (norm + EPSILON)) / labelTokens);
    }

    /**
     * Applies the scale to the gradients, which all have the precision of their parameters then.
     *
     * @param maxNorm as {@link #scale}
     * @return the norm before the limit; not finite when a gradient is not, and they are then left as they were
     */
    public double normalize(long labelTokens, double maxNorm) {
        Scale scale = scale(labelTokens, maxNorm);
        if (Double.isFinite(scale.norm)) {
            multiply(scale.factor);
        }
        return scale.norm;
    }

    /** The global Euclidean norm. */
    public double norm() {
        return Math.sqrt(
                norms().values().stream().mapToDouble(norm -> norm * norm).sum());
    }

    /** The Euclidean norm of every gradient by parameter, those left out that no loss has reached. */
    public Map<String, Double> norms() {
        Map<String, Double> norms = new LinkedHashMap<>();
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            parameters.forEach((name, parameter) -> {
                Tensor gradient = parameter.grad();
                if (gradient.defined()) {
                    norms.put(name, norm(parameter, gradient));
                }
            });
        }
        return norms;
    }

    /** libtorch's norm of bfloat16 numbers is slower than to widen them first. */
    private static double norm(Tensor parameter, Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            return gradient.to(parameter.scalar_type()).norm().item_double();
        }
    }

    private void multiply(double factor) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            for (Tensor parameter : parameters.values()) {
                Tensor gradient = parameter.grad();
                if (!gradient.defined()) {
                    continue;
                }
                if (!isFull(parameter, gradient)) {
                    gradient = gradient.to(parameter.scalar_type());
                    parameter.mutable_grad().put(gradient);
                }
                gradient.mul_(new Scalar(factor));
            }
        }
    }
}
