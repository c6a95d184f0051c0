package io.github.florence4j.train;

import io.github.florence4j.torch.NoGrad;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
                if (parameter.numel() >= KEPT && gradient.defined()) {
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
                Tensor gradient = other.grad();
                Tensor parameter = parameters.get(name);
                if (gradient.defined() && parameter.grad().defined()) {
                    parameter.grad().add_(gradient);
                } else if (gradient.defined()) {
                    parameter.mutable_grad().put(gradient.clone());
                }
            });
        }
    }

    /**
     * Divides the gradients by the label tokens of the whole step, then scales them down when their global norm exceeds
     * {@code maxNorm}, in one pass over them.
     *
     * @param maxNorm the limit, or infinity for none
     * @return the norm after the division and before the limit; not finite when a gradient is not, and they are then left
     *     as they were
     */
    public double normalize(long labelTokens, double maxNorm) {
        double norm = norm() / labelTokens;
        if (!Double.isFinite(norm)) {
            return norm;
        }
        double clip = Math.min(1, maxNorm / (norm + EPSILON));
        scale(clip / labelTokens);
        return norm;
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
                    norms.put(name, gradient.norm().item_double());
                }
            });
        }
        return norms;
    }

    private void scale(double factor) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            for (Tensor parameter : parameters.values()) {
                Tensor gradient = parameter.grad();
                if (gradient.defined()) {
                    gradient.mul_(new Scalar(factor));
                }
            }
        }
    }
}
