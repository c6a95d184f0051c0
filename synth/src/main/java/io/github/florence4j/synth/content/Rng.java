package io.github.florence4j.synth.content;

import java.util.List;

/**
 * A generator of pseudo-random numbers whose sequence is fixed for all time: SplitMix64 (Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", 2014). The JDK's own generators have changed between releases. Not for concurrent use.
 */
public final class Rng {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private Rng(long state) {
        this.state = state;
    }

    /** The generator of a seed and further numbers, each of which gives another sequence. */
    public static Rng of(long seed, long... more) {
        long state = mix(seed + GAMMA);
        for (long part : more) {
            state = mix(state ^ mix(part + GAMMA));
        }
        return new Rng(state);
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    /** 64 random bits. */
    public long bits() {
        state += GAMMA;
        return mix(state);
    }

    /** A whole number from {@code from} to {@code to}, both included. */
    public int between(int from, int to) {
        if (to < from) {
            throw new IllegalArgumentException("expected a range in order, found " + from + " to " + to);
        }
        return from + (int) Math.multiplyHigh(bits() >>> 1, 2 * (to - (long) from + 1));
    }

    /** A number from {@code from} up to but not including {@code to}. */
    public double uniform(double from, double to) {
        return from + (to - from) * ((bits() >>> 11) * 0x1p-53);
    }

    /** True with this probability. */
    public boolean chance(double probability) {
        return uniform(0, 1) < probability;
    }

    /** One of the elements. */
    public <T> T pick(List<T> elements) {
        return elements.get(between(0, elements.size() - 1));
    }

    /** One of the arguments. */
    @SafeVarargs
    public final <T> T pick(T... elements) {
        return elements[between(0, elements.length - 1)];
    }
}
