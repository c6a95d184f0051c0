package io.github.florence4j.packed;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

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
    /** A multiple of all blocks of outputs that the format has in single precision: 16, 32, 48 and 64. */
    private static final long WHOLE_BLOCKS = 192;

    /** Inputs of a block. */
    private static final long INPUTS = 16;

    private final ScalarType type;
    private final long outputs; // of the layer; of the product there may be more
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
        this.outputs = weight.size(0);
        Tensor packed = Scopes.own(() -> pack(weight.to(type), rows));
        long more = type == ScalarType.Float && endsWithinABlock(packed) ? Math.floorMod(-outputs, WHOLE_BLOCKS) : 0;
        if (more > 0) {
            packed.close();
            packed = Scopes.own(() -> pack(constant_pad_nd(weight.to(type), 0, 0, 0, more), rows));
        }
        this.weights = packed;
        this.bias = bias == null ? null : Scopes.own(() -> constant_pad_nd(bias.to(type), 0, more));
        try (IValue none = Operators.noScalars()) {
            this.plain = bind(weights, this.bias, "none", none, "");
            this.gelu = bind(weights, this.bias, "gelu", none, "none");
        }
    }

    private static Tensor pack(Tensor weight, long rows) {
        return Operators.call("mkldnn::_reorder_linear_weight", "", weight.contiguous(), rows);
    }

    /**
     * Whether the last block of outputs is filled up. oneDNN 3.7.1 gives wrong numbers for such a block in single precision on some
     * processors (AMD EPYC, Zen 5), whatever the number of rows; and which block it takes depends on the processor.
     */
    private static boolean endsWithinABlock(Tensor packed) {
        long inputs = packed.size(1) + Math.floorMod(-packed.size(1), INPUTS);
        try (IValue bytes = Operators.callForValue("mkldnn::_nbytes", "", packed)) {
            return bytes.toInt() != packed.size(0) * inputs * Float.BYTES;
        }
    }

    /** The layer's outputs, without what fills up a block. */
    private Tensor withoutFilling(Tensor product) {
        return product.size(-1) == outputs
                ? product
                : product.narrow(-1, 0, outputs).contiguous();
    }

    private static BoundOperator bind(
            Tensor packed, @Nullable Tensor bias, String activation, IValue scalars, String algorithm) {
        return BoundOperator.of(
                "mkldnn::_linear_pointwise", "", BoundOperator.INPUT, packed, bias, activation, scalars, algorithm);
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return withoutFilling(plain.call(operand(x).contiguous())).to(x.scalar_type());
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization, ScalarType wanted) {
        return wanted == type ? withoutFilling(plain.call(operand(x).contiguous())) : forward(x, regularization);
    }

    @Override
    public Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
        return withoutFilling(gelu.call(operand(x).contiguous()));
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
        String all = "ops.mkldnn._linear_pointwise(torch.to(%s, %s), %s, %s, \"%s\", %s, \"%s\")"
                .formatted(
                        x,
                        type.value,
                        script.tensor(weights),
                        bias == null ? "None" : script.tensor(bias),
                        activation,
                        script.noScalars(),
                        algorithm);
        return weights.size(0) == outputs
                ? all
                : "torch.contiguous(torch.narrow(%s, -1, 0, %s))".formatted(all, outputs);
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
