package io.github.florence4j.draw;

import java.awt.Font;
import java.awt.GraphicsEnvironment;
import java.awt.font.FontRenderContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds fonts for texts: the JVM's sans serif, else any font that has all characters. */
final class Lettering {
    static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);
    private static final Logger LOG = LoggerFactory.getLogger(Lettering.class);

    private final Font plain;

    private Lettering(Font plain) {
        this.plain = plain;
    }

    /** The JVM's lettering; empty when Java2D cannot use any font, as in a container without font packages. */
    static Optional<Lettering> ofThisJvm() {
        return Jvm.LETTERING;
    }

    /** The text in one line (control characters become spaces) with a font that can display it. */
    Lettered line(String text, double size) {
        return fitted(text.replaceAll("[\\p{Cntrl}\\s\\u2028\\u2029]+", " ").strip(), size);
    }

    /** The text with its line breaks and a font that can display it. */
    Lettered lines(String text, double size) {
        return fitted(text.replaceAll("\\R", "\n").replaceAll("[\\p{Cntrl}&&[^\n]]+", " "), size);
    }

    private Lettered fitted(String text, double size) {
        Font font = fontFor(text).orElse(plain).deriveFont((float) size);
        return new Lettered(escaped(text, font), font);
    }

    private Optional<Font> fontFor(String text) {
        if (displays(plain, text)) {
            return Optional.of(plain);
        }
        return Jvm.FONTS.get().stream().filter(font -> displays(font, text)).findFirst();
    }

    private static boolean displays(Font font, String text) {
        return text.codePoints().allMatch(c -> c == '\n' || font.canDisplay(c));
    }

    private static String escaped(String text, Font font) {
        if (displays(font, text)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\n' || font.canDisplay(c)) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append(String.format("\\u{%X}", c));
            }
        });
        return escaped.toString();
    }

    /** A text and the font that displays it. */
    record Lettered(String text, Font font) {
        double width() {
            return widthOf(text);
        }

        double widthOf(String part) {
            return font.getStringBounds(part, CONTEXT).getWidth();
        }

        double ascent() {
            return font.getLineMetrics(text, CONTEXT).getAscent();
        }

        double lineHeight() {
            return Math.ceil(font.getLineMetrics(text, CONTEXT).getHeight());
        }

        Lettered withSize(double size) {
            return new Lettered(text, font.deriveFont((float) size));
        }
    }

    /** What the JVM has, asked once. */
    private static final class Jvm {
        static final Optional<Lettering> LETTERING = find();
        static final Fonts FONTS = new Fonts();

        private static Optional<Lettering> find() {
            try {
                Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
                font.getStringBounds("label", CONTEXT);
                return Optional.of(new Lettering(font));
            } catch (RuntimeException | LinkageError | InternalError e) {
                LOG.warn("this JVM has no usable fonts ({}), so results are drawn without their text", e.toString());
                return Optional.empty();
            }
        }
    }

    /** All installed fonts, listed at the first text that the sans serif lacks a character for. */
    private static final class Fonts {
        private List<Font> fonts = List.of();

        synchronized List<Font> get() {
            if (fonts.isEmpty()) {
                fonts = Arrays.asList(
                        GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts());
            }
            return fonts;
        }
    }
}
