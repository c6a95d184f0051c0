package io.github.florence4j.metrics;

import io.github.florence4j.result.Box;

/**
 * A box of the model with the score that ranks it.
 *
 * @param label the category
 * @param box where, in pixels
 * @param score how sure the model was; more is surer, any scale, not NaN
 */
public record PredictedBox(String label, Box box, double score) {

    /** Refuses a score that cannot be ranked. */
    public PredictedBox {
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("the box of \"" + label + "\" has the score NaN and cannot be ranked");
        }
    }
}
