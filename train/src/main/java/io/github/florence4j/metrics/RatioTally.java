package io.github.florence4j.metrics;

/** A tally whose score is a ratio of two sums over the samples. */
final class RatioTally implements Tally {
    private final double[] numerators;
    private final double[] denominators;

    RatioTally(double[] numerators, double[] denominators) {
        if (numerators.length != denominators.length) {
            throw new IllegalArgumentException(
                    numerators.length + " numerators, but " + denominators.length + " denominators");
        }
        this.numerators = numerators.clone();
        this.denominators = denominators.clone();
    }

    @Override
    public int size() {
        return numerators.length;
    }

    @Override
    public double score(int[] picks) {
        double numerator = 0;
        double denominator = 0;
        for (int pick : picks) {
            numerator += numerators[pick];
            denominator += denominators[pick];
        }
        return denominator == 0 ? Double.NaN : numerator / denominator;
    }
}
