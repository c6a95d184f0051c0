package io.github.florence4j.synth.page;

import io.github.florence4j.result.Box;
import java.util.List;

/**
 * A word of a line: what stands between spaces.
 *
 * @param text at least one character
 * @param box around the ink of its glyphs
 * @param glyphs one for each character
 */
public record Word(String text, Box box, List<Glyph> glyphs) {

    /** Copies the list. */
    public Word {
        glyphs = List.copyOf(glyphs);
    }
}
