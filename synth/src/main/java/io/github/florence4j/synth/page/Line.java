package io.github.florence4j.synth.page;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Quad;
import java.util.List;

/**
 * A piece of text on one line; the cells of a table's row are lines of their own.
 *
 * @param text the words with single spaces between them
 * @param quad from the first ink to the last, as high as the font's highest and lowest character reach, turned with the page
 * @param box the upright box around the quad
 * @param row lines with the same number stand beside each other
 * @param part index of the part of the page that it belongs to
 * @param words at least one
 */
public record Line(String text, Quad quad, Box box, int row, int part, List<Word> words) {

    /** Copies the list. */
    public Line {
        words = List.copyOf(words);
    }
}
