package io.github.florence4j.metrics;

import java.util.List;

/**
 * The share of phrases whose first box overlaps the right one with an IoU of at least the threshold: the accuracy at 0.5
 * (or recall at 1) of RefCOCO. A phrase without a box counts as wrong.
 *
 * @param threshold smallest IoU that counts, above 0 and at most 1
 */
public record GroundingAccuracy(double threshold) implements CorpusMetric<GroundingSample> {

    /** Checks the range. */
    public GroundingAccuracy {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("the IoU threshold must be above 0 and at most 1, found " + threshold);
        }
    }

    @Override
    public String name() {
        return "accuracy-at-iou-" + threshold;
    }

    @Override
    public Tally tally(List<GroundingSample> samples) {
        return Tally.ofMeans(
                samples.stream().mapToDouble(sample -> isRight(sample) ? 1 : 0).toArray());
    }

    private boolean isRight(GroundingSample sample) {
        return !sample.predictions().isEmpty() && BoxIou.of(sample.predictions().get(0), sample.truth()) >= threshold;
    }
}
