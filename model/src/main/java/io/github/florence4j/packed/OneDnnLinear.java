package io.github.florence4j.packed;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer in oneDNN's own weight format, bias and GELU being part of the product. The result has the type of the
 * operand, but for that of GELU, which keeps the type of the weights.
 */
final class OneDnnLinear implements PackedLinear {
    private final ScalarType type;
    private final BoundOperator plain;
    private final BoundOperator gelu;

    /**
     * Packs a layer.
     *
     * @param weight {@code (out, in)}
     * @param bias {@code (out)}, or null
     * @param type single precision or bfloat16
     * @param rows how many rows the operands will have, about
     */
    OneDnnLinear(Tensor weight, @Nullable Tensor bias, ScalarType type, long rows) {
        this.type = type;
        try (Tensor packed = Scopes.own(() -> Operators.call(
                        "mkldnn::_reorder_linear_weight", "", weight.to(type).contiguous(), rows));
                IValue none = Operators.noScalars()) {
            Tensor shift = bias == null ? null : bias.to(type);
            this.plain = bind(packed, shift, "none", none, "");
            this.gelu = bind(packed, shift, "gelu", none, "none");
        }
    }

    private static BoundOperator bind(
            Tensor packed, @Nullable Tensor bias, String activation, IValue scalars, String algorithm) {
        return BoundOperator.of(
                "mkldnn::_linear_pointwise", "", BoundOperator.INPUT, packed, bias, activation, scalars, algorithm);
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return plain.call(operand(x).contiguous()).to(x.scalar_type());
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization, ScalarType wanted) {
        return wanted == type ? plain.call(operand(x).contiguous()) : forward(x, regularization);
    }

    @Override
    public Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
        return gelu.call(operand(x).contiguous());
    }

    @Override
    public Tensor operand(Tensor x) {
        return x.to(type);
    }

    @Override
    public void close() {
        plain.close();
        gelu.close();
    }
}
