package io.github.florence4j.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The percentile bootstrap: samples (images, for corpus metrics) are drawn with replacement, as many as there are, and
 * the quantiles of the redrawn scores bound the interval (Efron, 1979). The same seed gives the same interval.
 *
 * @param seed seed of the draws
 * @param resamples number of redrawn sets, at least 1
 * @param confidence share of the redrawn scores inside the interval, above 0 and below 1
 */
public record Bootstrap(long seed, int resamples, double confidence) {

    /** Checks the ranges. */
    public Bootstrap {
        if (resamples < 1) {
            throw new IllegalArgumentException("bootstrap resamples must be at least 1, found " + resamples);
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("bootstrap confidence must be between 0 and 1, found " + confidence);
        }
    }

    /** 1,000 resamples, 95 % confidence. */
    public Bootstrap(long seed) {
        this(seed, 1000, 0.95);
    }

    /** The score of all samples and its interval; redrawn sets that have nothing to score (NaN) are left out. */
    public Estimate estimate(String metric, Tally tally) {
        if (tally.size() == 0) {
            throw new IllegalArgumentException("metric " + metric + " needs at least one sample, found none");
        }
        double[] scores = resample(tally);
        double tail = (1 - confidence) / 2;
        return new Estimate(
                metric,
                tally.score(tally.everything()),
                quantile(scores, tail),
                quantile(scores, 1 - tail),
                tally.size(),
                this);
    }

    /**
     * How much better {@code b} is than {@code a} on the same samples: the difference of the scores, and its interval from sets
     * that are redrawn for both alike (the paired bootstrap). What makes a sample easy or hard for both cancels out, so that
     * the interval is narrower than those of the two scores suggest.
     *
     * @param metric what the estimate is called
     * @throws IllegalArgumentException when the two are not of as many samples, or of none
     */
    public Estimate difference(String metric, Tally a, Tally b) {
        if (a.size() != b.size()) {
            throw new IllegalArgumentException(
                    "a paired difference needs the same samples, found " + a.size() + " and " + b.size());
        }
        return estimate(metric, new Tally() {
            @Override
            public int size() {
                return a.size();
            }

            @Override
            public double score(int[] picks) {
                return b.score(picks) - a.score(picks);
            }
        });
    }

    private double[] resample(Tally tally) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] scores = new double[resamples];
        int[] picks = new int[tally.size()];
        for (int i = 0; i < resamples; i++) {
            for (int j = 0; j < picks.length; j++) {
                picks[j] = random.nextInt(picks.length);
            }
            scores[i] = tally.score(picks);
        }
        return Arrays.stream(scores)
                .filter(score -> !Double.isNaN(score))
                .sorted()
                .toArray();
    }

    /** The quantile of ascending values by linear interpolation (the default of numpy.quantile). */
    static double quantile(double[] ascending, double q) {
        if (ascending.length == 0) {
            return Double.NaN;
        }
        double position = q * (ascending.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, ascending.length - 1);
        return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
    }
}
