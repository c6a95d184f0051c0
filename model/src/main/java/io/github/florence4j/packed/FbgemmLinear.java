package io.github.florence4j.packed;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.nn.ScriptedLinear;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Script;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of FBGEMM: weights in 8 bits, symmetric, with a scale for each output; operands are quantised in each call
 * with one scale for all their rows. The result is in single precision.
 */
final class FbgemmLinear implements PackedLinear, ScriptedLinear {
    private final IValue weights;
    private final boolean sevenBits = !Processor.HERE.sumsBytes();
    private final BoundOperator product;

    /** Packs {@code weight (out, in)} and {@code bias (out)}, the latter in single precision or null. */
    FbgemmLinear(ByteMatrix weight, @Nullable Tensor bias) {
        try (Tensor quantized = Scopes.own(() -> quantized(weight))) {
            this.weights = Operators.callForValue("quantized::linear_prepack", "", quantized, bias);
        }
        this.product = BoundOperator.of("quantized::linear_dynamic", "", BoundOperator.INPUT, weights, sevenBits);
    }

    /** The bytes where they are, under the type that knows the scales. */
    private static Tensor quantized(ByteMatrix weight) {
        Tensor scales = weight.scales().to(ScalarType.Double);
        Tensor zeros = torch.zeros_like(scales).to(ScalarType.Long);
        long[] empty = {scales.size(0), 0};
        Tensor none = Operators.call(
                "aten::_empty_per_channel_affine_quantized",
                "",
                empty,
                scales,
                zeros,
                0L,
                (long) ScalarType.QInt8.value,
                null,
                null,
                null,
                null);
        long[] shape = weight.bytes().shape();
        return none.set_(weight.bytes().storage(), 0, shape, shape[1], 1);
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return product.call(x.to(ScalarType.Float));
    }

    @Override
    public String of(Script.Builder script, String x) {
        return "ops.quantized.linear_dynamic(%s, %s, %s)"
                .formatted(x, script.packed(weights), sevenBits ? "True" : "False");
    }

    @Override
    public String geluOf(Script.Builder script, String x) {
        return "torch.gelu_(%s)".formatted(of(script, x));
    }

    @Override
    public void close() {
        product.close();
        weights.close();
    }
}
