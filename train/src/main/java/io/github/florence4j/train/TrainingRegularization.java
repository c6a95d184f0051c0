package io.github.florence4j.train;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Dropout and stochastic depth as they act in training (specification 2.2 and 3.2), with gradients across the cuts of a
 * {@link GradientTape}. All draws follow from libtorch's default generator: {@link io.github.florence4j.torch.Seeds} makes
 * them repeatable.
 */
final class TrainingRegularization implements Regularization {
    private final GradientTape tape;
    private final boolean recompute;
    private final boolean dropping;

    /**
     * Regularization of one pass.
     *
     * @param recompute whether layers keep their input only and are computed again for their gradients
     * @param dropping whether anything is dropped
     */
    TrainingRegularization(GradientTape tape, boolean recompute, boolean dropping) {
        this.tape = tape;
        this.recompute = recompute;
        this.dropping = dropping;
    }

    @Override
    public Tensor dropout(Tensor x, double rate) {
        return dropping && rate > 0 ? x.mul(DropoutMask.factors(DropoutMask.seed(), rate, x)) : x;
    }

    @Override
    public Tensor gelu(Tensor x, double rate) {
        long seed = dropping && rate > 0 ? DropoutMask.seed() : 0;
        Tensor active;
        try (NoGrad noGrad = new NoGrad()) {
            active = Scopes.keep(() -> drop(torch.gelu(x), seed, rate));
        }
        return x.requires_grad()
                ? tape.record(active, List.of(x), (g, inputs) -> geluBackward(g, inputs.get(0), seed, rate))
                : active;
    }

    private void geluBackward(Tensor gradient, Tensor x, long seed, double rate) {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor active = drop(gradient, seed, rate);
            GradientTape.backward(x, torch.gelu_backward(active, x));
        }
    }

    /** {@code x} with elements dropped, in place. */
    private Tensor drop(Tensor x, long seed, double rate) {
        return dropping && rate > 0 ? x.mul_(DropoutMask.factors(seed, rate, x)) : x;
    }

    /** A leaf with the value of {@code copy}, whose gradient is added to that of {@code parameter}. */
    Tensor leaf(Tensor parameter, Tensor copy) {
        return tape.record(copy.detach(), List.of(parameter), (g, inputs) -> Gradients.add(inputs.get(0), g));
    }

    /** Values that were computed together from {@code input}, as leaves; {@code backward} takes their gradients and it. */
    List<Tensor> record(List<Tensor> values, Tensor input, BiConsumer<List<Tensor>, Tensor> backward) {
        return tape.record(values, List.of(input), (g, inputs) -> backward.accept(g, inputs.get(0)));
    }

    @Override
    public Tensor dropPath(Tensor branch, double rate) {
        if (!dropping || rate == 0) {
            return branch;
        }
        double keep = 1 - rate;
        return Scopes.keep(() -> {
            long[] perSample = new long[(int) branch.dim()];
            Arrays.fill(perSample, 1);
            perSample[0] = branch.size(0);
            Tensor kept = branch.new_empty(perSample).bernoulli_(keep, new GeneratorOptional());
            return branch.mul(kept.div_(new Scalar(keep)));
        });
    }

    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, double rate, boolean causal) {
        return TrainingAttention.attend(tape, q, k, v, mask, dropping ? rate : 0, causal);
    }

    @Override
    public Tensor layer(Tensor x, UnaryOperator<Tensor> layer) {
        return recompute && GradMode.is_enabled() ? tape.recompute(x, layer) : Scopes.keep(() -> layer.apply(x));
    }

    @Override
    public Tensor fork(Tensor x) {
        return GradMode.is_enabled() ? tape.cut(x) : x;
    }
}
