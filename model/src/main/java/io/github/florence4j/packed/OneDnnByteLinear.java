package io.github.florence4j.packed;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of oneDNN with weights in 8 bits, symmetric, a scale for each output; operands are quantised in each call with
 * one scale for all their rows. It is the faster one for hundreds of rows, and as fast for few with so many outputs as a vocabulary has, on processors that sum
 * products of bytes.
 */
final class OneDnnByteLinear implements PackedLinear {
    private final BoundOperator plain;
    private final BoundOperator half;
    private final BoundOperator gelu;

    /**
     * Packs {@code weight (out, in)} and {@code bias (out)}, the latter in single precision or null.
     *
     * @param rows how many rows the operands will have, about
     */
    OneDnnByteLinear(ByteMatrix weight, @Nullable Tensor bias, long rows) {
        long[] operand = {rows, weight.bytes().size(1)};
        try (Tensor packed = Scopes.own(() -> Operators.call("onednn::qlinear_prepack", "", weight.bytes(), operand));
                Tensor scales = Scopes.own(() -> weight.scales().clone());
                Tensor zeros =
                        Scopes.own(() -> torch.zeros(new long[] {scales.size(0)}, new TensorOptions(ScalarType.Int)));
                IValue none = Operators.noScalars()) {
            this.plain = bind(packed, scales, zeros, bias, DType.FLOAT32, "none", none, "");
            this.half = bind(packed, scales, zeros, bias, DType.BFLOAT16, "none", none, "");
            this.gelu = bind(packed, scales, zeros, bias, DType.FLOAT32, "gelu", none, "none");
        }
    }

    private static BoundOperator bind(
            Tensor packed,
            Tensor scales,
            Tensor zeros,
            @Nullable Tensor bias,
            DType result,
            String activation,
            IValue scalars,
            String algorithm) {
        Object input = BoundOperator.INPUT;
        return BoundOperator.of(
                "onednn::qlinear_pointwise",
                "",
                input, // bytes, scale and zero of the operand
                input,
                input,
                packed,
                scales,
                zeros,
                bias,
                1.0, // scale and zero of a result in 8 bits
                0L,
                result,
                activation,
                scalars,
                algorithm);
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return call(plain, x);
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization, ScalarType wanted) {
        return call(wanted == ScalarType.BFloat16 ? half : plain, x);
    }

    @Override
    public Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
        return call(gelu, x);
    }

    /** In single precision; what is not is cast and made contiguous in one pass. */
    @Override
    public Tensor operand(Tensor x) {
        return x.scalar_type().intern() == ScalarType.Float
                ? x
                : torch.empty(x.shape(), new TensorOptions(ScalarType.Float), new MemoryFormatOptional())
                        .copy_(x);
    }

    private static Tensor call(BoundOperator product, Tensor x) {
        return Scopes.keep(() -> {
            QuantizedRows rows = QuantizedRows.of(x.to(ScalarType.Float).contiguous());
            return product.call(rows.bytes(), rows.scale(), rows.zero());
        });
    }

    @Override
    public void close() {
        plain.close();
        half.close();
        gelu.close();
    }
}
