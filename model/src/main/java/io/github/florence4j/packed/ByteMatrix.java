package io.github.florence4j.packed;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.weights.CheckpointReader;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A weight matrix in 8 bits, symmetric, with a scale for each row. It is read some rows at a time, so that its form in single
 * precision never lies in memory as a whole: that of the token table has 157 MB.
 */
final class ByteMatrix implements AutoCloseable {
    private static final long ELEMENTS_AT_ONCE = 1 << 16;

    private final Tensor bytes; // (out, in)
    private final Tensor scales; // (out)

    private ByteMatrix(long rows, long columns) {
        this.bytes = Scopes.own(() -> empty(ScalarType.Char, rows, columns));
        this.scales = Scopes.own(() -> empty(ScalarType.Float, rows));
    }

    private static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional());
    }

    /** The matrices of those names, one below the other: quantised, or as a packed checkpoint holds them. */
    static ByteMatrix read(CheckpointReader files, List<String> names) {
        long rows = names.stream().mapToLong(name -> files.shape(name).get(0)).sum();
        ByteMatrix matrix = new ByteMatrix(rows, files.shape(names.get(0)).get(1));
        try {
            long filled = 0;
            for (String name : names) {
                long own = files.shape(name).get(0);
                matrix.fill(files, name, filled, own);
                filled += own;
            }
            return matrix;
        } catch (RuntimeException e) {
            matrix.close();
            throw e;
        }
    }

    /** Some rows of a matrix. */
    @FunctionalInterface
    interface Rows {
        /** {@code (count, in)} in single precision, from row {@code first} on; they are changed. */
        Tensor read(long first, long count);
    }

    /** A matrix {@code (rows, columns)} that is read some rows at a time, quantised. */
    static ByteMatrix of(long rows, long columns, Rows read) {
        ByteMatrix matrix = new ByteMatrix(rows, columns);
        try {
            matrix.quantise(0, rows, read);
            return matrix;
        } catch (RuntimeException e) {
            matrix.close();
            throw e;
        }
    }

    private void fill(CheckpointReader files, String name, long at, long count) {
        if (files.packed().isPresent()) {
            try (PointerScope scope = new PointerScope()) {
                bytes.narrow(0, at, count).copy_(files.matrix(name, DType.INT8));
                scales.narrow(0, at, count).copy_(files.scales(name));
            }
            return;
        }
        quantise(at, count, (first, rows) -> files.copyRows(name, first, rows));
    }

    /** Fills {@code count} rows from {@code at} on. */
    private void quantise(long at, long count, Rows read) {
        long step = Math.max(1, ELEMENTS_AT_ONCE / bytes.size(1));
        for (long first = 0; first < count; first += step) {
            try (PointerScope scope = new PointerScope()) {
                quantise(read.read(first, Math.min(step, count - first)), at + first);
            }
        }
    }

    /** Fills rows from {@code first} on with those of {@code weight}, which is changed. */
    private void quantise(Tensor weight, long first) {
        Tensor largest = torch.maximum(
                weight.amax(new long[] {1}, false),
                weight.amin(new long[] {1}, false).neg());
        Tensor scale = largest.clamp_min(new Scalar(1e-12)).div(new Scalar(127.0)); // (rows)
        scales.narrow(0, first, weight.size(0)).copy_(scale);
        weight.div_(scale.unsqueeze(1)).round_();
        bytes.narrow(0, first, weight.size(0)).copy_(weight);
    }

    Tensor bytes() {
        return bytes;
    }

    Tensor scales() {
        return scales;
    }

    @Override
    public void close() {
        bytes.close();
        scales.close();
    }
}
