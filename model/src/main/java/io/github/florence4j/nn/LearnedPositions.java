package io.github.florence4j.nn;

import io.github.florence4j.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/** BART's learned positions: position {@code i} lies in row {@code i + 2} of the table (specification 3.2). */
final class LearnedPositions {
    private static final int OFFSET = 2;

    private final Tensor table; // (max + 2, p)

    LearnedPositions(Parameters at) {
        this.table = at.tensor("embed_positions.weight");
    }

    /** The vectors {@code (length, p)} of positions {@code first} to {@code first + length - 1}. */
    Tensor slice(long first, long length) {
        requireRoom(first + length);
        return table.narrow(0, first + OFFSET, length);
    }

    /** The vector of each of {@code positions}, {@code (n, p)}. */
    Tensor at(long[] positions) {
        long[] rows = new long[positions.length];
        for (int i = 0; i < rows.length; i++) {
            requireRoom(positions[i] + 1);
            rows[i] = positions[i] + OFFSET;
        }
        return table.index_select(0, Tensors.ofLongs(table.device(), rows));
    }

    private void requireRoom(long length) {
        if (length > capacity()) {
            throw new IllegalArgumentException(
                    "the sequence has " + length + " positions; this checkpoint allows " + capacity());
        }
    }

    long capacity() {
        return table.size(0) - OFFSET;
    }
}
