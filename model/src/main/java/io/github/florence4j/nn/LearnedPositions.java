package io.github.florence4j.nn;

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
        if (first + length > capacity()) {
            throw new IllegalArgumentException(
                    "the sequence has " + (first + length) + " positions; this checkpoint allows " + capacity());
        }
        return table.narrow(0, first + OFFSET, length);
    }

    long capacity() {
        return table.size(0) - OFFSET;
    }
}
