package io.github.florence4j.synth.render;

import io.github.florence4j.synth.page.Raster;
import io.github.florence4j.synth.type.GlyphBitmap;

/** Puts paper and ink onto a raster. Colours are 0xRRGGBB; on a grey raster their luminance counts. */
final class Ink {
    private static final int FRACTION = 16;

    private Ink() {}

    private static int[] samples(int colour, int channels) {
        int red = colour >> 16 & 0xFF;
        int green = colour >> 8 & 0xFF;
        int blue = colour & 0xFF;
        return channels == 3
                ? new int[] {red, green, blue}
                : new int[] {(299 * red + 587 * green + 114 * blue + 500) / 1000};
    }

    /** Fills the page with its paper, darker towards one side. */
    static void paper(Raster page, Condition condition) {
        int[] tone = samples(condition.paper(), page.channels());
        byte[] bytes = page.bytes();
        double alongX = condition.shade() * StrictMath.cos(condition.shadeDirection()) / page.width();
        double alongY = condition.shade() * StrictMath.sin(condition.shadeDirection()) / page.height();
        int stepX = (int) Math.round(alongX * (1 << FRACTION));
        int at = 0;
        for (int y = 0; y < page.height(); y++) {
            double first = alongY * (y - page.height() / 2.0) - alongX * page.width() / 2.0 - condition.shade() / 2;
            int shade = (int) Math.round(first * (1 << FRACTION));
            for (int x = 0; x < page.width(); x++, shade += stepX) {
                for (int c = 0; c < page.channels(); c++) {
                    int value = tone[c] + (shade >> FRACTION);
                    bytes[at++] = (byte) (value < 0 ? 0 : Math.min(value, 255));
                }
            }
        }
    }

    /** Blends ink over what is there; what lies outside the page is left out. */
    static void put(Raster page, GlyphBitmap mask, int left, int top, int colour) {
        int channels = page.channels();
        int[] ink = samples(colour, channels);
        byte[] bytes = page.bytes();
        byte[] coverage = mask.coverage();
        int firstColumn = Math.max(0, -left);
        int lastColumn = Math.min(mask.width(), page.width() - left);
        int lastRow = Math.min(mask.height(), page.height() - top);
        for (int y = Math.max(0, -top); y < lastRow; y++) {
            int from = y * mask.width();
            int to = ((top + y) * page.width() + left) * channels;
            for (int x = firstColumn; x < lastColumn; x++) {
                int covered = coverage[from + x] & 0xFF;
                if (covered != 0) {
                    for (int c = 0; c < channels; c++) {
                        int at = to + x * channels + c;
                        int paper = bytes[at] & 0xFF;
                        bytes[at] = (byte) (paper + (covered * (ink[c] - paper) + 127) / 255);
                    }
                }
            }
        }
    }
}
