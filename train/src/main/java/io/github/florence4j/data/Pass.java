package io.github.florence4j.data;

/**
 * One pass through the data. Everything that is drawn while reading (order, questions, answers) is a function of the pass
 * and the index, never of what was read before; so reading can start anywhere.
 *
 * @param seed the seed of the run
 * @param epoch the epoch, from 0
 */
public record Pass(long seed, int epoch) {
    /** Checks the epoch. */
    public Pass {
        if (epoch < 0) {
            throw new IllegalArgumentException("the epoch must be at least 0, not " + epoch);
        }
    }

    /** A number below {@code bound}, evenly drawn for {@code index}. */
    public int draw(long index, int bound) {
        return (int) Long.remainderUnsigned(key(index), bound);
    }

    /** 64 well-mixed bits for {@code salt}. */
    long key(long salt) {
        return mix(mix(mix(seed) + epoch) ^ salt);
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
