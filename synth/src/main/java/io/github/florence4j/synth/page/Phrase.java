package io.github.florence4j.synth.page;

import io.github.florence4j.result.Box;
import java.util.List;

/**
 * A phrase of the caption and where the page shows what it names.
 *
 * @param text a part of the caption, letter for letter
 * @param boxes at least one
 */
public record Phrase(String text, List<Box> boxes) {

    /** Copies the list. */
    public Phrase {
        boxes = List.copyOf(boxes);
    }
}
