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
 * A linear layer in oneDNN's own weight format, bias and GELU being part of the product. The result has the type of the
 * operand, but for that of GELU, which keeps the type of the weights.
 */
final class OneDnnLinear implements PackedLinear, ScriptedLinear {
    private final ScalarType type;
    private final Tensor weights;
    private final @Nullable Tensor bias;
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
        this.weights = Scopes.own(() -> Operators.call(
                "mkldnn::_reorder_linear_weight", "", weight.to(type).contiguous(), rows));
        this.bias = bias == null ? null : Scopes.own(() -> bias.to(type));
        try (IValue none = Operators.noScalars()) {
            this.plain = bind(weights, this.bias, "none", none, "");
            this.gelu = bind(weights, this.bias, "gelu", none, "none");
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
    public String of(Script.Builder script, String x) {
        return "torch.to(%s, %s)".formatted(product(script, x, "none", ""), ScalarType.Float.value);
    }

    @Override
    public String geluOf(Script.Builder script, String x) {
        return product(script, x, "gelu", "none");
    }

    private String product(Script.Builder script, String x, String activation, String algorithm) {
        return "ops.mkldnn._linear_pointwise(torch.to(%s, %s), %s, %s, \"%s\", %s, \"%s\")"
                .formatted(
                        x,
                        type.value,
                        script.tensor(weights),
                        bias == null ? "None" : script.tensor(bias),
                        activation,
                        script.noScalars(),
                        algorithm);
    }

    @Override
    public void close() {
        weights.close();
        if (bias != null) {
            bias.close();
        }
        plain.close();
        gelu.close();
    }
}
