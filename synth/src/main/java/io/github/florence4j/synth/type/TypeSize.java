package io.github.florence4j.synth.type;

import java.awt.geom.AffineTransform;
import org.jspecify.annotations.Nullable;

/**
 * A typeface at one size. Glyph bitmaps are made once and kept. Safe for concurrent use: two threads may make the same bitmap,
 * which does no harm.
 */
public final class TypeSize {
    private final Typeface typeface;
    private final Outlines outlines;
    private final double em;
    private final int phases;
    private final @Nullable GlyphBitmap[] bitmaps;

    TypeSize(Typeface typeface, Outlines outlines, double em) {
        this.typeface = typeface;
        this.outlines = outlines;
        this.em = em;
        this.phases = em < 24 ? 4 : em < 48 ? 2 : 1;
        this.bitmaps = new GlyphBitmap[Charset.COUNT * phases];
    }

    /** The typeface. */
    public Typeface typeface() {
        return typeface;
    }

    /** The size in pixels an em. */
    public double em() {
        return em;
    }

    /** The height of the letter x in pixels. */
    public double xHeight() {
        return em * outlines.xHeight();
    }

    /** How many pixels the highest character rises above the baseline. */
    public int ascent() {
        return (int) Math.ceil(em * outlines.ascent());
    }

    /** How many pixels the lowest character hangs below the baseline. */
    public int descent() {
        return (int) Math.ceil(em * outlines.descent());
    }

    /** How far the pen moves for a character, in pixels. */
    public double advance(char character) {
        return em * outlines.advances()[Charset.index(character)];
    }

    /** How far the pen moves for a text, in pixels. */
    public double width(String text) {
        double width = 0;
        for (int i = 0; i < text.length(); i++) {
            width += advance(text.charAt(i));
        }
        return width;
    }

    /**
     * The bitmap of a character for a pen position, whose fraction of a pixel is rounded to quarters in small sizes, to halves
     * in middle ones and to whole pixels in large ones. Draw it at {@link #column}.
     */
    public GlyphBitmap glyph(char character, double pen) {
        int steps = (int) Math.round(pen * phases);
        int phase = Math.floorMod(steps, phases);
        int at = Charset.index(character) * phases + phase;
        GlyphBitmap bitmap = bitmaps[at];
        if (bitmap == null) {
            bitmap = draw(character, (double) phase / phases);
            bitmaps[at] = bitmap;
        }
        return bitmap;
    }

    /** The pixel column to which the bitmap for a pen position belongs. */
    public int column(double pen) {
        return Math.floorDiv((int) Math.round(pen * phases), phases);
    }

    private GlyphBitmap draw(char character, double shift) {
        AffineTransform place = AffineTransform.getTranslateInstance(shift, 0);
        place.scale(em, em);
        return GlyphBitmap.fill(outlines.paths()[Charset.index(character)], place);
    }
}
