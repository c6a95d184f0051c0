package io.github.florence4j.result;

/**
 * A piece of text and the four corners around it.
 *
 * @param quad where, in pixels
 * @param text what is written there
 * @param score how sure the model was of the quad and of the text
 */
public record OcrRegion(Quad quad, String text, Score score) {

    /** A region without scores. */
    public OcrRegion(Quad quad, String text) {
        this(quad, text, Score.NONE);
    }
}
