package io.github.florence4j.packed;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of FBGEMM: weights in 8 bits, symmetric, with a scale for each output; operands are quantised in each call
 * with one scale for all their rows. The result is in single precision.
 */
final class FbgemmLinear implements PackedLinear {
    private final BoundOperator product;

    /** Packs {@code weight (out, in)} and {@code bias (out)}, the latter in single precision or null. */
    FbgemmLinear(ByteMatrix weight, @Nullable Tensor bias) {
        boolean sevenBits = !Processor.sumsBytes();
        try (Tensor quantized = Scopes.own(() -> quantized(weight));
                IValue packed = Operators.callForValue("quantized::linear_prepack", "", quantized, bias)) {
            this.product = BoundOperator.of("quantized::linear_dynamic", "", BoundOperator.INPUT, packed, sevenBits);
        }
    }

    private static Tensor quantized(ByteMatrix weight) {
        Tensor scales = weight.scales().to(ScalarType.Double);
        Tensor zeros = torch.zeros_like(scales).to(ScalarType.Long);
        return Operators.call("aten::_make_per_channel_quantized_tensor", "", weight.bytes(), scales, zeros, 0L);
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return product.call(x.to(ScalarType.Float));
    }

    @Override
    public void close() {
        product.close();
    }
}
