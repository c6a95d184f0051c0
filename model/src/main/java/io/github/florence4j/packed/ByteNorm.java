package io.github.florence4j.packed;

import static org.bytedeco.pytorch.global.torch.layer_norm;

import io.github.florence4j.onednn.NormInBytes;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A layer norm whose result is wanted in bytes. */
final class ByteNorm {
    private static final double EPS = 1e-5;

    /** So many deviations of its row hardly any number is away from the mean. */
    private static final double DEVIATIONS = 16;

    private final TensorOptional weight; // (c)
    private final TensorOptional bias; // (c)
    private final long[] shape;
    private final NormInBytes inBytes;
    private final double usual; // how large a number of the result may be before it is an unusual one

    /** A norm with that weight and bias {@code (c)}, which are borrowed. */
    ByteNorm(Tensor weight, Tensor bias) {
        this.weight = new TensorOptional(weight);
        this.bias = new TensorOptional(bias);
        this.shape = weight.shape();
        this.inBytes = new NormInBytes(weight, bias, EPS);
        this.usual = DEVIATIONS * largest(weight) + largest(bias);
    }

    private static double largest(Tensor vector) {
        try (PointerScope scope = new PointerScope()) {
            return vector.abs().max().item_float();
        }
    }

    /** The norm of {@code x (n, c)}, in single precision and without gaps. */
    Numbers of(Tensor x) {
        return new Numbers() {
            /** To a byte of a range that hardly any norm leaves, for bytes come sooner than numbers; to one of a narrower range where few are taken. */
            @Override
            public Range range() {
                Optional<Range> rough = rangeWithin(new Range(-usual, usual));
                if (rough.isEmpty()) {
                    return exactRange();
                }
                Range found = rough.get();
                boolean isFine = found.highest() - found.lowest() > usual / 2; // a quarter of all bytes
                return isFine ? found : rangeWithin(found).orElseGet(this::exactRange);
            }

            private Optional<Range> rangeWithin(Range range) {
                QuantizedRows rows = QuantizedRows.of(this, range.lowest(), range.highest());
                try (Tensor bytes = rows.bytes()) {
                    return rows.range();
                }
            }

            private Range exactRange() {
                try (Tensor numbers = layer_norm(x, shape, weight, bias, EPS, false)) {
                    return Range.of(numbers);
                }
            }

            @Override
            public Tensor bytes(double scale, long zero) {
                Tensor bytes = Numbers.empty(ScalarType.Byte, x.shape());
                inBytes.run(x, bytes, scale, zero);
                return bytes;
            }
        };
    }
}
