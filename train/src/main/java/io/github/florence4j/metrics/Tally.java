package io.github.florence4j.metrics;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The samples of a {@link CorpusMetric}, counted once, so that any selection of them is scored in little time. */
public interface Tally {

    /** The number of samples. */
    int size();

    /**
     * The score of a selection of samples.
     *
     * @param picks sample indices, 0..{@link #size()} - 1; an index may occur several times
     * @return the score, NaN when the selection has nothing to score
     */
    double score(int[] picks);

    /** Every index once, in order. */
    default int[] everything() {
        return IntStream.range(0, size()).toArray();
    }

    /** The score of each sample alone, in order: what a gallery is sorted by. */
    default double[] sampleScores() {
        return IntStream.range(0, size()).mapToDouble(i -> score(new int[] {i})).toArray();
    }

    /** A tally whose score is the mean of the samples' own scores. */
    static Tally ofMeans(double[] scores) {
        double[] denominators = new double[scores.length];
        Arrays.fill(denominators, 1);
        return ofRatios(scores, denominators);
    }

    /** A tally whose score is the sum of the numerators over the sum of the denominators. */
    static Tally ofRatios(double[] numerators, double[] denominators) {
        return new RatioTally(numerators, denominators);
    }
}
