package io.github.florence4j.packed;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.nn.ScriptedLinear;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Script;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of the decoder with weights of bfloat16, held in IEEE half precision, and all else in single precision (FBGEMM). For
 * a few rows, which cost what reading the weights costs, it is the faster one; for more rows operands are in bfloat16 too, with
 * weights that are packed again when they are first wanted.
 */
final class FewRowsLinear implements PackedLinear, ScriptedLinear {
    private static final int FEW = 8;

    private final IValue weights;
    private final @Nullable Tensor bias;
    private final long width;
    private final BoundOperator product;
    private @Nullable OneDnnLinear wide;

    /**
     * Packs {@code weight (out, in)} and {@code bias (out)}, the latter null for none, both in single precision; weights have no
     * more digits than bfloat16 has.
     */
    FewRowsLinear(Tensor weight, @Nullable Tensor bias) {
        this.weights = Operators.callForValue("quantized::linear_prepack_fp16", "", weight, bias);
        this.bias = bias == null ? null : Scopes.own(bias::clone);
        this.width = weight.size(1);
        this.product = BoundOperator.of("quantized::linear_dynamic_fp16", "", BoundOperator.INPUT, weights);
    }

    /** Whether the library has the product on this processor. */
    static boolean isSupported() {
        return Processor.HERE.widensHalf();
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return x.numel() <= FEW * width ? product.call(x.to(ScalarType.Float)) : wide().forward(x, regularization);
    }

    @Override
    public Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
        return x.numel() <= FEW * width
                ? PackedLinear.super.forwardGelu(x, regularization, dropout)
                : wide().forwardGelu(x, regularization, dropout);
    }

    private synchronized OneDnnLinear wide() {
        if (wide == null) {
            try (Tensor plain = Scopes.own(() -> Operators.call("quantized::linear_unpack_fp16", "", weights))) {
                wide = new OneDnnLinear(plain, bias, ScalarType.BFloat16, 4L * FEW);
            }
        }
        return wide;
    }

    @Override
    public int mostRows() {
        return FEW;
    }

    @Override
    public String of(Script.Builder script, String x) {
        return "ops.quantized.linear_dynamic_fp16(%s, %s)".formatted(x, script.packed(weights));
    }

    @Override
    public String geluOf(Script.Builder script, String x) {
        return "torch.gelu_(%s)".formatted(of(script, x));
    }

    @Override
    public synchronized void close() {
        product.close();
        weights.close();
        if (bias != null) {
            bias.close();
        }
        if (wide != null) {
            wide.close();
        }
    }
}
