package io.github.florence4j.metrics;

import java.util.List;

/**
 * One image: the boxes found and the true ones.
 *
 * @param predictions the model's boxes, in any order; equal scores keep this order
 * @param truths the true boxes
 */
public record DetectionSample(List<PredictedBox> predictions, List<TruthBox> truths) {

    /** Copies the lists. */
    public DetectionSample {
        predictions = List.copyOf(predictions);
        truths = List.copyOf(truths);
    }
}
