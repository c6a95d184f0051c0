package io.github.florence4j.train;

import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Shapes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101; reference: {@code torch.optim.AdamW}), in
 * libtorch's fused kernel: one pass over each parameter. Parameters without a gradient stay as they are.
 */
public final class AdamW implements AutoCloseable {
    private static final String STEP = ".step";
    private static final String MEAN = ".exp_avg";
    private static final String SQUARE = ".exp_avg_sq";

    /**
     * What stays the same over a run.
     *
     * @param beta1 decay of the mean of gradients, in [0, 1)
     * @param beta2 decay of the mean of their squares, in [0, 1)
     * @param epsilon added to the root of that mean, above 0
     * @param weightDecay share of a weight that a step at learning rate 1 takes away, 0 or more
     * @param decayVectors whether normalization weights and biases, the tensors of one axis, decay too
     */
    public record Options(double beta1, double beta2, double epsilon, double weightDecay, boolean decayVectors) {
        /** PyTorch's defaults: 0.9, 0.999, 1e-8, 0.01 on everything. */
        public static final Options DEFAULT = new Options(0.9, 0.999, 1e-8, 0.01, true);

        /** Checks the ranges. */
        public Options {
            require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 or more and below 1");
            require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 or more and below 1");
            require(epsilon > 0, "epsilon", epsilon, "above 0");
            require(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay, "0 or more");
        }

        private static void require(boolean valid, String name, double value, String expected) {
            if (!valid) {
                throw new IllegalArgumentException(name + " is " + value + "; expected " + expected);
            }
        }
    }

    /** A parameter with its running means, which have its shape, and its number of steps, a scalar. */
    private record Slot(String name, Tensor parameter, Tensor step, Tensor mean, Tensor square) {
        static Slot fresh(String name, Tensor parameter) {
            return new Slot(
                    name,
                    parameter,
                    Scopes.own(() -> torch.zeros(new long[0]).to(parameter.device(), ScalarType.Float)),
                    Scopes.own(() -> torch.zeros_like(parameter.detach())),
                    Scopes.own(() -> torch.zeros_like(parameter.detach())));
        }
    }

    private final Options options;
    private final List<Slot> slots = new ArrayList<>();

    /** An optimizer of those parameters, which must not name a tensor twice: it would be moved twice. */
    public AdamW(Map<String, Tensor> parameters, Options options) {
        this.options = options;
        parameters.forEach((name, parameter) -> slots.add(Slot.fresh(name, parameter)));
    }

    /** Moves the parameters along their gradients. */
    public void step(double learningRate) {
        step(learningRate, 1);
    }

    /**
     * Moves the parameters along their gradients times {@code factor}. Gradients of lower precision than their parameters
     * become wider one at a time, in the processor's cache. What the gradients are afterwards is undefined.
     */
    public void step(double learningRate, double factor) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            if (slots.isEmpty()) {
                return;
            }
            Tensor divisor = torch.full(new long[0], new Scalar(1 / factor))
                    .to(slots.get(0).parameter.device(), ScalarType.Float);
            for (boolean decayed : new boolean[] {false, true}) {
                double weightDecay = decayed ? options.weightDecay : 0;
                List<Slot> full = new ArrayList<>();
                for (Slot slot : slots) {
                    if (decays(slot) != decayed || !slot.parameter.grad().defined()) {
                        continue;
                    }
                    if (Gradients.isFull(slot.parameter, slot.parameter.grad())) {
                        full.add(slot);
                    } else {
                        widened(slot, learningRate, weightDecay, divisor);
                    }
                }
                List<Tensor> gradients =
                        full.stream().map(slot -> slot.parameter.grad()).toList();
                step(full, gradients, learningRate, weightDecay, divisor);
            }
        }
    }

    private void widened(Slot slot, double learningRate, double weightDecay, Tensor divisor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor gradient = slot.parameter.grad().to(slot.parameter.scalar_type());
            step(List.of(slot), List.of(gradient), learningRate, weightDecay, divisor);
        }
    }

    private void step(
            List<Slot> group, List<Tensor> gradients, double learningRate, double weightDecay, Tensor divisor) {
        if (group.isEmpty()) {
            return;
        }
        group.forEach(slot -> slot.step.add_(new Scalar(1)));
        Operators.run(
                "aten::_fused_adamw_",
                "",
                group.stream().map(Slot::parameter).toList(),
                gradients,
                group.stream().map(Slot::mean).toList(),
                group.stream().map(Slot::square).toList(),
                List.of(), // maxima, of the variant that is not used
                group.stream().map(Slot::step).toList(),
                learningRate,
                options.beta1,
                options.beta2,
                weightDecay,
                options.epsilon,
                false, // no maxima
                false, // minimize
                divisor,
                new IValue()); // no check for infinities
        // The operator returns nothing, so libtorch does not count it as a change of the parameters.
        group.forEach(slot -> slot.parameter.unsafeGetTensorImpl().bump_version());
    }

    private boolean decays(Slot slot) {
        return options.decayVectors || slot.parameter.dim() > 1;
    }

    /** What a checkpoint must keep, by name: two tensors of each parameter's shape and a step count; only lent. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            state.put(slot.name + STEP, slot.step);
            state.put(slot.name + MEAN, slot.mean);
            state.put(slot.name + SQUARE, slot.square);
        }
        return state;
    }

    /**
     * Goes on where {@link #state} was taken.
     *
     * @param saved borrowed
     * @throws IllegalArgumentException when a tensor is missing or has another shape; nothing is then changed
     */
    public void restore(Map<String, Tensor> saved) {
        Map<String, Tensor> state = state();
        state.forEach((name, tensor) -> {
            Tensor source = saved.get(name);
            if (source == null || !Shapes.of(source).equals(Shapes.of(tensor))) {
                throw new IllegalArgumentException("the optimizer's state has "
                        + (source == null ? "no " + name : name + " of shape " + Shapes.format(Shapes.of(source)))
                        + "; expected shape " + Shapes.format(Shapes.of(tensor)));
            }
        });
        state.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
    }

    /** Frees the state. */
    @Override
    public void close() {
        state().values().forEach(Tensor::close);
    }
}
