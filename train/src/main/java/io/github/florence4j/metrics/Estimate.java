package io.github.florence4j.metrics;

import java.util.Locale;

/**
 * A score with what it takes to trust it.
 *
 * @param metric the metric's name
 * @param value the score of all samples; NaN when there was nothing to score
 * @param low lower bound of the confidence interval
 * @param high upper bound of the confidence interval
 * @param samples number of samples (images, for corpus metrics)
 * @param bootstrap how the interval was drawn, its seed included
 */
public record Estimate(String metric, double value, double low, double high, int samples, Bootstrap bootstrap) {

    /** One line for people, e.g. {@code anls 0.5731 (95 % interval 0.5512..0.5950, 5349 samples, seed 7)}. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s %.4f (%s %% interval %.4f..%.4f, %d samples, seed %d)",
                metric,
                value,
                percent(),
                low,
                high,
                samples,
                bootstrap.seed());
    }

    private String percent() {
        double percent = Math.round(bootstrap.confidence() * 1e4) / 1e2;
        return percent == Math.rint(percent) ? Long.toString(Math.round(percent)) : Double.toString(percent);
    }
}
