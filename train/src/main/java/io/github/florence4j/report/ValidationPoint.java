package io.github.florence4j.report;

import io.github.florence4j.metrics.Estimate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One validation.
 *
 * @param step optimizer steps done before it; 0 for the checkpoint as it was given
 * @param epoch passes over the training data done, with their fraction
 * @param loss mean cross-entropy of a label token of the validation samples, in nats; NaN when it was not computed
 * @param metrics the scores by the name of their metric, in the order given
 * @param samples number of samples that the loss is over
 */
public record ValidationPoint(long step, double epoch, double loss, Map<String, Estimate> metrics, long samples)
        implements RunPoint {

    /** Copies the scores and checks the ranges. */
    public ValidationPoint {
        if (step < 0 || samples < 0) {
            throw new IllegalArgumentException(
                    "step and samples of a validation point must be at least 0, found " + step + " and " + samples);
        }
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
