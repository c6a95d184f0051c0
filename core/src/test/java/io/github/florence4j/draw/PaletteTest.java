package io.github.florence4j.draw;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaletteTest {
    @Test
    void hasColoursThatContrastWithWhiteAndWithBlack() {
        assertThat(Palette.COLOURS).hasSizeGreaterThanOrEqualTo(20);
        for (int rgb : Palette.COLOURS) {
            double luminance = Palette.luminance(new Color(rgb));
            assertThat(1.05 / (luminance + 0.05)).as("%06X to white", rgb).isGreaterThan(1.5);
            assertThat((luminance + 0.05) / 0.05).as("%06X to black", rgb).isGreaterThan(2.5);
        }
    }

    /** The distance of "a low-cost approximation" by T. Riemersma, which weighs the RGB channels like the eye; 0 to 765. */
    @Test
    void hasColoursThatAreFarFromEachOther() {
        int[] colours = Palette.COLOURS;
        for (int i = 0; i < colours.length; i++) {
            for (int j = 0; j < i; j++) {
                assertThat(distance(new Color(colours[i]), new Color(colours[j])))
                        .as("%06X and %06X", colours[i], colours[j])
                        .isGreaterThan(80);
            }
        }
    }

    @Test
    void writesOnEachColourWithAContrastOfFourToOneAtLeast() {
        for (int rgb : Palette.COLOURS) {
            double luminance = Palette.luminance(new Color(rgb));
            double ofText = Palette.luminance(Palette.contrasting(new Color(rgb)));
            double contrast = (Math.max(luminance, ofText) + 0.05) / (Math.min(luminance, ofText) + 0.05);
            assertThat(contrast).as("%06X", rgb).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void startsAgainAfterTheLastColour() {
        Palette palette = new Palette();
        Color first = palette.colourOf("label 0");
        IntStream.range(1, Palette.COLOURS.length)
                .forEach(i -> assertThat(palette.colourOf("label " + i)).isNotEqualTo(first));
        assertThat(palette.colourOf("one more")).isEqualTo(first);
        assertThat(palette.colourOf("label 0")).isEqualTo(first);
    }

    private static double distance(Color one, Color other) {
        double red = (one.getRed() + other.getRed()) / 2.0;
        int r = one.getRed() - other.getRed();
        int g = one.getGreen() - other.getGreen();
        int b = one.getBlue() - other.getBlue();
        return Math.sqrt((2 + red / 256) * r * r + 4.0 * g * g + (2 + (255 - red) / 256) * b * b);
    }
}
