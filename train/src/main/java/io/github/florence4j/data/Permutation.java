package io.github.florence4j.data;

/**
 * A seeded order of the numbers below {@code size}, without a table: a Feistel network over the next power of four, walked
 * until it lands inside (Black and Rogaway 2002). Any size costs the same memory, and any position is found at once.
 */
final class Permutation {
    private static final int ROUNDS = 6;

    private final long size;
    private final int halfBits;
    private final long halfMask;
    private final long key;

    Permutation(long size, long key) {
        this.size = size;
        this.key = key;
        int bits = 64 - Long.numberOfLeadingZeros(Math.max(1, size - 1));
        this.halfBits = (bits + 1) / 2;
        this.halfMask = (1L << halfBits) - 1;
    }

    /** The number at {@code position} of the order; both are 0 to size - 1. */
    long at(long position) {
        if (position < 0 || position >= size) {
            throw new IndexOutOfBoundsException("position " + position + " of " + size);
        }
        long value = encipher(position);
        while (value >= size) {
            value = encipher(value);
        }
        return value;
    }

    private long encipher(long value) {
        long left = value >>> halfBits;
        long right = value & halfMask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (Pass.mix(right ^ Pass.mix(key + round)) & halfMask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
