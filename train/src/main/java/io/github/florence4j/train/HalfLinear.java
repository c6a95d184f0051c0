package io.github.florence4j.train;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.matmul;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer that, under autocast to bfloat16, works on a copy of its weight. The copy is cast again when the weight has
 * changed, into the same memory, where autocast would cast at every use into new memory. In a pass on a tape the weight's
 * gradient stays in bfloat16 too: no number in it is lost, for it was computed so. Many rows go to a {@link PackedProduct} instead.
 *
 * <p>For one thread at a time.
 */
final class HalfLinear implements Linear, AutoCloseable {
    private static final long COLUMNS = 16; // as the processor's vectors like them

    private final Tensor weight; // (out, in)
    private final TensorOptional bias; // (out)
    private @Nullable Tensor half; // (out, in) in bfloat16
    private long version; // of the weight when it was cast
    private final PackedProduct packed;

    HalfLinear(Tensor weight, TensorOptional bias) {
        this.weight = weight;
        this.bias = bias;
        this.packed = product(List.of(this));
    }

    /** The product of layers of one input. */
    static PackedProduct product(List<HalfLinear> layers) {
        return new PackedProduct(
                layers.stream().map(layer -> layer.weight).toList(),
                layers.stream().map(layer -> layer.bias).toList());
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        if (!isHalf()) {
            return linear(x, weight, bias);
        }
        if (packed.takes(x, regularization)) {
            return packed.of(x, regularization).get(0);
        }
        if (!weight.requires_grad() || !GradMode.is_enabled()) {
            return linear(x, half(), bias);
        }
        return regularization instanceof TrainingRegularization pass
                ? linear(x, pass.leaf(weight, half()), bias)
                : linear(x, weight, bias);
    }

    @Override
    public Tensor inputGradient(Tensor gradient, Tensor stored) {
        return isHalf()
                ? matmul(gradient.to(DType.BFLOAT16.scalarType()), half())
                : Linear.super.inputGradient(gradient, stored);
    }

    /**
     * The weight {@code (out, in + 16)} of a pass in bfloat16 on a tape, with the bias as the column behind it and zeros; null
     * in any other pass.
     */
    @Nullable
    Tensor matrix(Regularization regularization) {
        if (!isHalf() || !(regularization instanceof TrainingRegularization pass)) {
            return null; // whether gradients are recorded must not decide: layers are computed again to record them
        }
        Tensor matrix = weight.requires_grad() && GradMode.is_enabled() ? pass.leaf(weight, half()) : half();
        Tensor zeros = matrix.new_zeros(matrix.size(0), COLUMNS - (bias.has_value() ? 1 : 0));
        return bias.has_value()
                ? cat(
                        new TensorVector(
                                matrix, bias.get().to(matrix.scalar_type()).unsqueeze(1), zeros),
                        1)
                : cat(new TensorVector(matrix, zeros), 1);
    }

    /** Autocast leaves double precision as it is. */
    boolean isHalf() {
        return DType.of(weight) == DType.FLOAT32 && Autocast.isOn(weight.device(), DType.BFLOAT16);
    }

    private Tensor half() {
        Tensor copy = half;
        if (copy != null && copy.is_inference() && !InferenceMode.is_enabled()) {
            copy.close(); // made for an answer, it cannot be trained with
            copy = null;
        }
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
        packed.close();
        if (half != null) {
            half.close();
            half = null;
        }
    }
}
