package io.github.florence4j.synth;

import java.util.Locale;

/** How much stands on a page: the steps of a curriculum. */
public enum Level {
    /** One character, for canvases from 24 pixels. */
    GLYPH,
    /** A number of one to six digits, as many as fit; from 32 pixels. */
    DIGITS,
    /** A word, a name or random letters; from 32 pixels. */
    WORD,
    /** One line of words; from 64 pixels. */
    LINE,
    /** Two to eight lines in different places; from 64 pixels. */
    LINES,
    /** A whole document; from about 190 pixels. */
    PAGE;

    /** The lower-case name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
