package io.github.florence4j.packed;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of oneDNN with weights in 8 bits, symmetric, a scale for each output; operands are quantised in each call with
 * one scale for all their rows, and those that come in parts with the scale of the part before where it fits. It is the faster one for hundreds of rows, and as fast for few with so many outputs as a vocabulary has, on processors that sum
 * products of bytes.
 */
final class OneDnnByteLinear implements PackedLinear {
    /** As the layers of the vision tower and the encoder have, about. */
    static final long MANY_ROWS = 577;

    /** Scale and zero of a result in 8 bits, which others do not have, and of one in bytes, which come with each call. */
    private static final Object[] WHOLE = {1.0, 0L};

    private static final Object[] IN_BYTES = {BoundOperator.INPUT, BoundOperator.INPUT};

    /** Less than any GELU. */
    static final double BELOW_GELU = -0.17;

    private final BoundOperator plain;
    private final BoundOperator half;
    private final BoundOperator gelu;
    private final BoundOperator geluInBytes;

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
            Object[] layer = {packed, scales, zeros, bias};
            this.plain = bind(layer, WHOLE, DType.FLOAT32, "none", none, "");
            this.half = bind(layer, WHOLE, DType.BFLOAT16, "none", none, "");
            this.gelu = bind(layer, WHOLE, DType.FLOAT32, "gelu", none, "none");
            this.geluInBytes = bind(layer, IN_BYTES, DType.UINT8, "gelu", none, "none");
        }
    }

    private static BoundOperator bind(
            @Nullable Object[] layer,
            Object[] steps,
            DType result,
            String activation,
            IValue scalars,
            String algorithm) {
        Object input = BoundOperator.INPUT;
        List<@Nullable Object> arguments = new ArrayList<>();
        Collections.addAll(arguments, input, input, input); // bytes, scale and zero of the operand
        Collections.addAll(arguments, layer);
        Collections.addAll(arguments, steps);
        Collections.addAll(arguments, result, activation, scalars, algorithm);
        return BoundOperator.of("onednn::qlinear_pointwise", "", arguments.toArray());
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return call(plain, x, new OperandRange());
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization, ScalarType wanted) {
        return call(giving(wanted), x, new OperandRange());
    }

    @Override
    public Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
        return call(gelu, x, new OperandRange());
    }

    /** In single precision; what is not is cast and made contiguous in one pass. */
    @Override
    public Tensor operand(Tensor x) {
        return x.scalar_type().intern() == ScalarType.Float
                ? x
                : torch.empty(x.shape(), new TensorOptions(ScalarType.Float), new MemoryFormatOptional())
                        .copy_(x);
    }

    private BoundOperator giving(ScalarType wanted) {
        return wanted == ScalarType.BFloat16 ? half : plain;
    }

    private static Tensor call(BoundOperator product, Tensor x, OperandRange range) {
        return Scopes.keep(() -> call(product, quantized(x, range)));
    }

    /** In single precision, of an operand {@code (…, in)} that is in bytes already. */
    Tensor product(QuantizedRows rows) {
        return call(plain, rows);
    }

    private static Tensor call(BoundOperator product, QuantizedRows rows) {
        return product.call(rows.bytes(), rows.scale(), rows.zero());
    }

    private static QuantizedRows quantized(Tensor x, OperandRange range) {
        return range.quantize(x.to(ScalarType.Float).contiguous());
    }

    @Override
    public Linear forParts() {
        return new Parts(this);
    }

    /** The layer for parts of one operand, one after the other; not for several threads. */
    private static final class Parts implements Linear {
        private final OneDnnByteLinear layer;
        private final OperandRange range = new OperandRange();

        Parts(OneDnnByteLinear layer) {
            this.layer = layer;
        }

        @Override
        public Tensor forward(Tensor x, Regularization regularization) {
            return call(layer.plain, x, range);
        }

        @Override
        public Tensor forward(Tensor x, Regularization regularization, ScalarType wanted) {
            return call(layer.giving(wanted), x, range);
        }

        @Override
        public Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
            return call(layer.gelu, x, range);
        }

        @Override
        public Tensor forwardThrough(Linear next, Tensor x, Regularization regularization, double dropout) {
            if (!(next instanceof Parts following)) {
                return Linear.super.forwardThrough(next, x, regularization, dropout);
            }
            return Scopes.keep(() -> {
                QuantizedRows rows = quantized(x, range);
                boolean numbers = Double.isFinite(rows.scale()); // bytes would hide what is not
                if (!following.range.isKnown() || !numbers) {
                    return call(following.layer.plain, call(layer.gelu, rows), following.range);
                }
                QuantizedRows hidden = geluInBytes(rows, following.range.highest());
                if (!hidden.isBelowLargest()) {
                    hidden.bytes().close();
                    hidden = following.range.quantizeAnew(Numbers.of(call(layer.gelu, rows)));
                }
                return call(following.layer.plain, hidden);
            });
        }

        private QuantizedRows geluInBytes(QuantizedRows rows, double highest) {
            double scale = QuantizedRows.scale(BELOW_GELU, highest);
            long zero = QuantizedRows.zero(BELOW_GELU, scale);
            Tensor bytes = layer.geluInBytes.call(rows.bytes(), rows.scale(), rows.zero(), scale, zero);
            return new QuantizedRows(bytes, scale, zero);
        }

        @Override
        public Tensor operand(Tensor x) {
            return layer.operand(x);
        }
    }

    @Override
    public void close() {
        plain.close();
        half.close();
        gelu.close();
        geluInBytes.close();
    }
}
