package io.github.florence4j.result;

/**
 * A box with its label.
 *
 * @param box where, in pixels
 * @param label what; empty for region proposals
 * @param score how sure the model was of the box and of the label
 */
public record Detection(Box box, String label, Score score) {

    /** A detection without scores. */
    public Detection(Box box, String label) {
        this(box, label, Score.NONE);
    }
}
