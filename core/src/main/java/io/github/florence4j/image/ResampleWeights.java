package io.github.florence4j.image;

/**
 * The integer weights of one axis of Pillow's antialiased bicubic resize ({@code precompute_coeffs} and
 * {@code normalize_coeffs_8bpc} of Pillow's {@code Resample.c}).
 *
 * <p>Output {@code o} is the sum over {@code k < count(o)} of {@code values()[o * taps() + k]} times input {@code first(o) + k}, in
 * units of 2^-{@value #FRACTION_BITS}. Both {@code first} and {@code first + count} never decrease with {@code o}.
 */
final class ResampleWeights {
    static final int FRACTION_BITS = 22;

    private static final double SUPPORT = 2;
    /** The sharpness of the Keys cubic. */
    private static final double A = -0.5;

    private final int size;
    private final int taps;
    private final int[] first;
    private final int[] count;
    private final int[] values;

    private ResampleWeights(int size, int taps) {
        this.size = size;
        this.taps = taps;
        this.first = new int[size];
        this.count = new int[size];
        this.values = new int[Math.multiplyExact(size, taps)];
    }

    static ResampleWeights bicubic(int in, int out) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1);
        double support = SUPPORT * filterScale;
        int taps = (int) Math.ceil(support) * 2 + 1;
        ResampleWeights weights = new ResampleWeights(out, taps);
        double[] exact = new double[taps];
        for (int o = 0; o < out; o++) {
            double center = (o + 0.5) * scale;
            int lo = Math.max(0, (int) (center - support + 0.5));
            int hi = Math.min(in, (int) (center + support + 0.5));
            double sum = 0;
            for (int j = lo; j < hi; j++) {
                exact[j - lo] = keys((j - center + 0.5) * (1 / filterScale));
                sum += exact[j - lo];
            }
            weights.first[o] = lo;
            weights.count[o] = hi - lo;
            for (int k = 0; k < hi - lo; k++) {
                weights.values[o * taps + k] = fixedPoint(exact[k] / sum);
            }
        }
        return weights;
    }

    private static double keys(double x) {
        double d = Math.abs(x);
        if (d < 1) {
            return ((A + 2) * d - (A + 3)) * d * d + 1;
        }
        return d < 2 ? (((d - 5) * d + 8) * d - 4) * A : 0;
    }

    private static int fixedPoint(double weight) {
        return (int) (weight * (1 << FRACTION_BITS) + (weight < 0 ? -0.5 : 0.5));
    }

    int size() {
        return size;
    }

    int taps() {
        return taps;
    }

    int first(int o) {
        return first[o];
    }

    int count(int o) {
        return count[o];
    }

    int[] values() {
        return values;
    }

    /** The largest number of outputs that one input contributes to or lies between the inputs of. */
    int mostOpen() {
        int most = 1;
        for (int o = 0, begin = 0; o < size; o++) {
            while (first[begin] + count[begin] <= first[o]) {
                begin++;
            }
            most = Math.max(most, o - begin + 1);
        }
        return most;
    }
}
