package io.github.florence4j.packed;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
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

    /** Packs {@code weight (out, in)}, which is changed, and {@code bias (out)}, both in single precision. */
    FbgemmLinear(Tensor weight, @Nullable Tensor bias) {
        // Without these instructions pairs of products are summed in 16 bits, which hold them only for 7-bit operands.
        boolean sevenBits = !Processor.has("avx512_vnni") && !Processor.has("avx_vnni");
        try (Tensor quantized = Scopes.own(() -> quantize(weight));
                IValue packed = Operators.callForValue("quantized::linear_prepack", "", quantized, bias)) {
            this.product = BoundOperator.of("quantized::linear_dynamic", "", BoundOperator.INPUT, packed, sevenBits);
        }
    }

    /** Quantises in place, for the pages of one more copy would cost more than the arithmetic. */
    private static Tensor quantize(Tensor weight) {
        Tensor largest = torch.maximum(
                weight.amax(new long[] {1}, false),
                weight.amin(new long[] {1}, false).neg());
        Tensor scales = largest.clamp_min(new Scalar(1e-12)).div(new Scalar(127.0)); // (out)
        Tensor bytes = weight.div_(scales.unsqueeze(1)).round_().to(ScalarType.Char);
        Tensor zeros = torch.zeros_like(scales).to(ScalarType.Long);
        return Operators.call(
                "aten::_make_per_channel_quantized_tensor", "", bytes, scales.to(ScalarType.Double), zeros, 0L);
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
