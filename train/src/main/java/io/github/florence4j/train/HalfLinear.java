package io.github.florence4j.train;

import static org.bytedeco.pytorch.global.torch.linear;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer that, under autocast to bfloat16, works on a copy of its weight. The copy is cast again when the weight has
 * changed, into the same memory, where autocast would cast at every use into new memory. In a pass on a tape the weight's
 * gradient stays in bfloat16 too: no number in it is lost, for it was computed so.
 *
 * <p>For one thread at a time.
 */
final class HalfLinear implements Linear, AutoCloseable {
    private final Tensor weight; // (out, in)
    private final TensorOptional bias; // (out)
    private @Nullable Tensor half; // (out, in) in bfloat16
    private long version; // of the weight when it was cast

    HalfLinear(Tensor weight, TensorOptional bias) {
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        if (!Autocast.isOn(x.device(), DType.BFLOAT16)) {
            return linear(x, weight, bias);
        }
        if (!weight.requires_grad() || !GradMode.is_enabled()) {
            return linear(x, half(), bias);
        }
        return regularization instanceof TrainingRegularization pass
                ? linear(x, pass.leaf(weight, half()), bias)
                : linear(x, weight, bias);
    }

    private Tensor half() {
        Tensor copy = half;
        if (copy == null) {
            copy = Scopes.own(() -> weight.detach().to(DType.BFLOAT16.scalarType()));
        } else if (version != weight._version()) {
            try (NoGrad noGrad = new NoGrad()) {
                copy.copy_(weight);
            }
        }
        half = copy;
        version = weight._version();
        return copy;
    }

    /** Frees the copy. */
    @Override
    public void close() {
        if (half != null) {
            half.close();
            half = null;
        }
    }
}
