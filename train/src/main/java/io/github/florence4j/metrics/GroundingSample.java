package io.github.florence4j.metrics;

import io.github.florence4j.result.Box;
import java.util.List;

/**
 * The boxes that the model found for a phrase, and the one that it means.
 *
 * @param predictions boxes, best or first first; may be empty
 * @param truth the right box
 */
public record GroundingSample(List<Box> predictions, Box truth) {

    /** Copies the list. */
    public GroundingSample {
        predictions = List.copyOf(predictions);
    }
}
