package io.github.florence4j.draw;

import java.awt.Color;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives each label of a picture its colour, in the order in which the labels come; items without a label get one each.
 * Colours repeat after {@link #COLOURS}, which were chosen one by one, each the farthest by CIEDE2000 from those before it, among
 * colourful sRGB values that contrast with white (1.5:1 at least) and with black (2.6:1 at least).
 */
final class Palette {
    static final int[] COLOURS = {
        0xE12D1E, 0x00F000, 0x00B4FF, 0x4B0FF0, 0x3C5A0F, 0xFFB4FF, 0xFFB400, 0xE10F96,
        0x00A587, 0x96691E, 0xFFA596, 0x0069A5, 0x9678FF, 0x789600, 0xD2D287, 0x00E1F0,
        0xFF7800, 0xA50F3C, 0x784B87, 0x87E1B4, 0x873C0F, 0xFF78A5, 0xFF4BFF, 0x00872D
    };

    private final Map<String, Color> ofLabel = new HashMap<>();
    private int used;

    Color colourOf(String label) {
        return label.isBlank() ? next() : ofLabel.computeIfAbsent(label, unknown -> next());
    }

    private Color next() {
        return new Color(COLOURS[used++ % COLOURS.length]);
    }

    /** White where its WCAG 2 contrast ratio to the colour is 4:1 at least, else black. */
    static Color contrasting(Color colour) {
        return 1.05 / (luminance(colour) + 0.05) >= 4 ? Color.WHITE : Color.BLACK;
    }

    /** The relative luminance of WCAG 2, 0 (black) to 1 (white). */
    static double luminance(Color colour) {
        return 0.2126 * linear(colour.getRed())
                + 0.7152 * linear(colour.getGreen())
                + 0.0722 * linear(colour.getBlue());
    }

    private static double linear(int sample) {
        double value = sample / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
