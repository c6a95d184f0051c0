package io.github.florence4j.metrics;

import java.util.List;

/**
 * A measure of a whole set of samples.
 *
 * @param <S> what one sample is: {@link TextSample}, {@link DetectionSample}, {@link GroundingSample} or
 *     {@link MaskSample}
 */
public interface CorpusMetric<S> {

    /** The name in reports and on the command line, e.g. {@code bleu-4}. */
    String name();

    /** Whether more is better; false for error rates. */
    default boolean higherIsBetter() {
        return true;
    }

    /** Counts once what each sample contributes. */
    Tally tally(List<S> samples);

    /** The score of all samples; NaN when the metric has nothing to score. */
    default double score(List<S> samples) {
        Tally tally = tally(samples);
        return tally.score(tally.everything());
    }

    /** The score of all samples with its bootstrap confidence interval. */
    default Estimate estimate(List<S> samples, Bootstrap bootstrap) {
        return bootstrap.estimate(name(), tally(samples));
    }
}
