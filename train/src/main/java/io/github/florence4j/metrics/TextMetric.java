package io.github.florence4j.metrics;

import java.util.List;

/** A measure of one answer against the accepted ones; the score of a set is the mean over its samples. */
public interface TextMetric extends CorpusMetric<TextSample> {

    /**
     * The score of one answer, 0..1.
     *
     * @param references the accepted answers, at least one
     */
    double score(String prediction, List<String> references);

    @Override
    default Tally tally(List<TextSample> samples) {
        return Tally.ofMeans(samples.stream()
                .mapToDouble(sample -> score(sample.prediction(), sample.references()))
                .toArray());
    }
}
