package io.github.florence4j.synth.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class GlyphBitmapTest {

    @Test
    void coversEachPixelByTheAreaInside() {
        GlyphBitmap half = GlyphBitmap.fill(new Rectangle2D.Double(2.5, 1.25, 2, 1), new AffineTransform());
        assertThat(half.left()).isEqualTo(2);
        assertThat(half.top()).isEqualTo(1);
        assertThat(half.coverage())
                .containsExactly(96, (byte) 191, 96, 32, 64, 32); // 0.5 * 0.75, 0.75, ..., 0.25 of 255
    }

    @Test
    void agreesWithTheAntiAliasingOfJava2d() {
        Path2D triangle = new Path2D.Double();
        triangle.moveTo(3.3, 2.1);
        triangle.lineTo(28.7, 9.4);
        triangle.lineTo(11.2, 29.6);
        triangle.closePath();
        for (Shape shape : List.of(new Ellipse2D.Double(2.2, 3.7, 25.4, 22.1), triangle)) {
            GlyphBitmap bitmap = GlyphBitmap.fill(shape, new AffineTransform());
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.setColor(Color.WHITE);
            g.fill(shape);
            g.dispose();
            for (int y = 0; y < bitmap.height(); y++) {
                for (int x = 0; x < bitmap.width(); x++) {
                    int ours = bitmap.coverage()[y * bitmap.width() + x] & 0xFF;
                    int theirs = image.getRGB(bitmap.left() + x, bitmap.top() + y) & 0xFF;
                    assertThat(ours).as("%d, %d", x, y).isCloseTo(theirs, within(24));
                }
            }
        }
    }

    @Test
    void drawsEveryCharacterOfEveryTypefaceWithInkInItsLine() {
        for (Typeface typeface : Typeface.values()) {
            TypeSize size = typeface.withXHeight(8);
            assertThat(size.xHeight()).isBetween(8.0, 8.5);
            for (char character : Charset.VISIBLE.toCharArray()) {
                GlyphBitmap bitmap = size.glyph(character, 0.5);
                assertThat(bitmap.width()).as("%s of %s", character, typeface).isPositive();
                assertThat(-bitmap.top()).isLessThanOrEqualTo(size.ascent());
                assertThat(bitmap.top() + bitmap.height()).isLessThanOrEqualTo(size.descent());
            }
        }
    }

    @Test
    void refusesCharactersThatFontsAndTokensDoNotAllow() {
        assertThatThrownBy(() -> Typeface.SANS.size(12).width("a<b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found '<'");
    }
}
