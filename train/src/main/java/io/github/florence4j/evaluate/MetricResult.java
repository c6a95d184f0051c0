package io.github.florence4j.evaluate;

import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.CocoDetection;
import io.github.florence4j.metrics.DetectionScores;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.metrics.Tally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A metric over the samples that it measures: those with an accepted answer whose task answers in its kind. */
public final class MetricResult {
    private static final int NOT_MEASURED = -1;

    private final Metric metric;
    private final Tally tally;
    private final long[] indices;
    private final double[] scores;
    private final int[] picks;
    private final Estimate estimate;
    private final @Nullable DetectionScores detectionScores;

    private MetricResult(
            Metric metric,
            Tally tally,
            long[] indices,
            double[] scores,
            int[] picks,
            Estimate estimate,
            @Nullable DetectionScores detectionScores) {
        this.metric = metric;
        this.tally = tally;
        this.indices = indices;
        this.scores = scores;
        this.picks = picks;
        this.estimate = estimate;
        this.detectionScores = detectionScores;
    }

    static MetricResult of(Metric metric, List<SampleResult> samples, Bootstrap bootstrap) {
        List<SampleResult> measured = new ArrayList<>();
        double[] scores = new double[samples.size()];
        Arrays.fill(scores, Double.NaN);
        int[] places = new int[samples.size()];
        int[] picks = new int[samples.size()];
        Arrays.fill(picks, NOT_MEASURED);
        for (int i = 0; i < samples.size(); i++) {
            SampleResult sample = samples.get(i);
            if (sample.truth() != null
                    && MetricSamples.fits(metric, sample.prompt().task())) {
                places[measured.size()] = i;
                picks[i] = measured.size();
                measured.add(sample);
            }
        }
        Tally tally = MetricSamples.tally(metric, measured);
        double[] own = sampleScores(metric, tally, measured);
        for (int i = 0; i < own.length; i++) {
            scores[places[i]] = own[i];
        }
        Estimate estimate = measured.isEmpty()
                ? new Estimate(metric.name(), Double.NaN, Double.NaN, Double.NaN, 0, bootstrap)
                : bootstrap.estimate(metric.name(), tally);
        long[] indices = measured.stream().mapToLong(SampleResult::index).toArray();
        return new MetricResult(metric, tally, indices, scores, picks, estimate, detectionScores(metric, measured));
    }

    private static @Nullable DetectionScores detectionScores(Metric metric, List<SampleResult> measured) {
        return metric instanceof Metric.OfDetections boxes && boxes.definition() instanceof CocoDetection coco
                ? coco.scores(measured.stream().map(MetricSamples::detections).toList())
                : null;
    }

    /** Average precision is counted anew for each image: a tally of all of them would go through all categories each time. */
    private static double[] sampleScores(Metric metric, Tally tally, List<SampleResult> measured) {
        if (metric instanceof Metric.OfDetections boxes) {
            return measured.stream()
                    .mapToDouble(sample -> boxes.definition().score(List.of(MetricSamples.detections(sample))))
                    .toArray();
        }
        return tally.sampleScores();
    }

    /** The metric. */
    public Metric metric() {
        return metric;
    }

    /** The score with its interval; NaN where no sample was measured. */
    public Estimate estimate() {
        return estimate;
    }

    /** The score of the sample at that place of the result, by itself; NaN where it was not measured. */
    public double score(int sample) {
        return scores[sample];
    }

    /** The score of some samples together, by their places in the result; NaN where none of them was measured. */
    public double score(List<Integer> samples) {
        int[] measured = samples.stream()
                .mapToInt(sample -> picks[sample])
                .filter(pick -> pick != NOT_MEASURED)
                .toArray();
        return measured.length == 0 ? Double.NaN : tally.score(measured);
    }

    /** The twelve figures of COCO where this is its average precision. */
    public Optional<DetectionScores> detectionScores() {
        return Optional.ofNullable(detectionScores);
    }

    /**
     * How much higher the score of {@code other} is, with its interval from the same redrawn samples.
     *
     * @return empty when the two are not of the same metric and the same samples, or of none
     */
    public Optional<Estimate> difference(MetricResult other) {
        boolean comparable = metric.name().equals(other.metric.name())
                && indices.length > 0
                && Arrays.equals(indices, other.indices);
        return comparable
                ? Optional.of(estimate.bootstrap().difference(metric.name(), tally, other.tally))
                : Optional.empty();
    }
}
