package io.github.florence4j.synth.type;

import java.util.Locale;

/** Typefaces that go together on a page. */
public enum FontFamily {
    /** Lato. */
    SANS(Typeface.SANS, Typeface.SANS_BOLD),
    /** PT Serif. */
    SERIF(Typeface.SERIF, Typeface.SERIF_BOLD),
    /** Courier Prime, in one weight. */
    TYPEWRITER(Typeface.TYPEWRITER, Typeface.TYPEWRITER),
    /** Patrick Hand, in one weight. */
    HANDWRITING(Typeface.HANDWRITING, Typeface.HANDWRITING);

    private final Typeface regular;
    private final Typeface bold;

    FontFamily(Typeface regular, Typeface bold) {
        this.regular = regular;
        this.bold = bold;
    }

    /** The lower-case name, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The typeface for most text. */
    public Typeface regular() {
        return regular;
    }

    /** The typeface for titles; the regular one if the family has no other. */
    public Typeface bold() {
        return bold;
    }
}
