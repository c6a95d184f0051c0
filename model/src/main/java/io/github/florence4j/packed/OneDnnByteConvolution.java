package io.github.florence4j.packed;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import io.github.florence4j.nn.Convolution;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A convolution over all channels as a linear layer in 8 bits: each place of the kernel is a row of all that it sees there, copied out of
 * the map once that is in bytes. What is copied twice and more is little beside the product, which takes half as long as in bfloat16.
 */
final class OneDnnByteConvolution implements PackedConvolution {
    private final OneDnnByteLinear layer;
    private final Convolution.Steps steps;
    private final long kernel;
    private final long outputs;

    /**
     * Packs a convolution.
     *
     * @param weight {@code (c_out, c_in, k, k)} in single precision or bfloat16
     * @param bias {@code (c_out)}
     */
    OneDnnByteConvolution(Tensor weight, Tensor bias, Convolution.Steps steps) {
        this.steps = steps;
        this.kernel = weight.size(2);
        this.outputs = weight.size(0);
        long seen = kernel * kernel * weight.size(1);
        try (ByteMatrix bytes = ByteMatrix.of(outputs, seen, (first, count) -> rows(weight.narrow(0, first, count)))) {
            this.layer = new OneDnnByteLinear(bytes, bias.to(ScalarType.Float), OneDnnByteLinear.MANY_ROWS);
        }
    }

    /** A copy {@code (c_out, k·k·c_in)} of weights {@code (c_out, c_in, k, k)}, in single precision. */
    private static Tensor rows(Tensor weight) {
        return weight.permute(0, 2, 3, 1).flatten(1, 3).to(ScalarType.Float, false, true, new MemoryFormatOptional());
    }

    @Override
    public Tensor of(Tensor operand) {
        return of(operand, new OperandRange());
    }

    @Override
    public Convolution.Product forParts() {
        OperandRange range = new OperandRange();
        return new Convolution.Product() {
            @Override
            public Tensor of(Tensor operand) {
                return OneDnnByteConvolution.this.of(operand, range);
            }

            @Override
            public ScalarType type() {
                return OneDnnByteConvolution.this.type();
            }
        };
    }

    private Tensor of(Tensor map, OperandRange range) {
        return Scopes.keep(() -> {
            QuantizedRows whole = range.quantize(map.contiguous());
            Tensor patches = patches(whole.bytes(), whole.zero());
            QuantizedRows rows = new QuantizedRows(patches.flatten(3, 4), whole.scale(), whole.zero());
            return layer.product(rows); // (b, y', x', c_out)
        });
    }

    /** What the kernel sees at each of its places: {@code (b, y', x', k, k·c)} of {@code map (b, y, x, c)}. */
    private Tensor patches(Tensor map, long zero) {
        long around = steps.padding();
        Tensor padded = constant_pad_nd(map, new long[] {0, 0, around, around, around, around}, new Scalar(zero));
        long c = padded.size(3);
        long row = padded.size(2) * c;
        long[] shape = {padded.size(0), places(padded.size(1)), places(padded.size(2)), kernel, kernel * c};
        long[] strides = {padded.size(1) * row, steps.stride() * row, steps.stride() * c, row, 1};
        return padded.as_strided(shape, strides).contiguous();
    }

    private long places(long positions) {
        return (positions - kernel) / steps.stride() + 1;
    }

    @Override
    public ScalarType type() {
        return ScalarType.Float;
    }

    @Override
    public void close() {
        layer.close();
    }
}
