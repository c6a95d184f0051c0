package io.github.florence4j.synth.type;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.GlyphData;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * The outlines of a font's characters in parts of an em, y downwards, the pen at the origin.
 *
 * @param paths by {@link Charset#index}
 * @param advances by {@link Charset#index}
 * @param xHeight height of the letter x
 * @param ascent how far the highest character rises above the baseline
 * @param descent how far the lowest hangs below it
 */
record Outlines(Path2D[] paths, double[] advances, double xHeight, double ascent, double descent) {
    static final Outlines UNREAD = new Outlines(new Path2D[0], new double[0], 1, 1, 0);

    static Outlines read(String name) {
        String file = "/io/github/florence4j/synth/fonts/" + name + ".ttf";
        try (InputStream in = Objects.requireNonNull(Outlines.class.getResourceAsStream(file), file);
                TrueTypeFont font = new TTFParser().parse(new RandomAccessReadBuffer(in))) {
            return of(font);
        } catch (IOException e) {
            throw new UncheckedIOException("the font " + name + " of this jar cannot be read", e);
        }
    }

    private static Outlines of(TrueTypeFont font) throws IOException {
        CmapLookup characters = font.getUnicodeCmapLookup();
        double em = font.getUnitsPerEm();
        Path2D[] paths = new Path2D[Charset.COUNT];
        double[] advances = new double[Charset.COUNT];
        double ascent = 0;
        double descent = 0;
        for (int i = 0; i < Charset.COUNT; i++) {
            int glyph = characters.getGlyphId(Charset.FIRST + i);
            GlyphData data = font.getGlyph().getGlyph(glyph);
            Path2D path = data == null ? new Path2D.Double() : new Path2D.Double(data.getPath());
            path.transform(AffineTransform.getScaleInstance(1 / em, -1 / em));
            paths[i] = path;
            advances[i] = font.getAdvanceWidth(glyph) / em;
            Rectangle2D bounds = path.getBounds2D();
            ascent = Math.max(ascent, -bounds.getMinY());
            descent = Math.max(descent, bounds.getMaxY());
        }
        double xHeight = -paths[Charset.index('x')].getBounds2D().getMinY();
        return new Outlines(paths, advances, xHeight, ascent, descent);
    }
}
