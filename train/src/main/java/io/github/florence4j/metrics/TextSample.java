package io.github.florence4j.metrics;

import java.util.List;

/**
 * One answer of the model and the answers that people gave.
 *
 * @param prediction the model's text
 * @param references the accepted texts, at least one
 */
public record TextSample(String prediction, List<String> references) {

    /** Copies the list and refuses an empty one. */
    public TextSample {
        references = List.copyOf(references);
        if (references.isEmpty()) {
            throw new IllegalArgumentException("a sample needs at least one reference answer, found none");
        }
    }
}
