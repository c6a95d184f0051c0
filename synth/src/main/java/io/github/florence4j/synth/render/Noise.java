package io.github.florence4j.synth.render;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.Raster;

/** Grain and specks. Grain is read from a table of normal deviates at a random place for each row, which is cheap. */
final class Noise {
    private static final int TABLE = 1 << 15;
    private static final short[] NORMAL = new short[TABLE];
    private static final int ONE = 1 << 10;

    static {
        Rng rng = Rng.of(20_261_122);
        for (int i = 0; i < TABLE; i += 2) { // Box and Muller, 1958
            double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - rng.uniform(0, 1)));
            double angle = rng.uniform(0, 2 * Math.PI);
            NORMAL[i] = (short) Math.round(ONE * radius * StrictMath.cos(angle));
            NORMAL[i + 1] = (short) Math.round(ONE * radius * StrictMath.sin(angle));
        }
    }

    private Noise() {}

    static void add(Rng rng, Raster page, double grain, double specks) {
        if (grain > 0) {
            grain(rng, page, (int) Math.round(grain * ONE));
        }
        int count = (int) (specks * page.width() * page.height() / 1e6 + rng.uniform(0, 1));
        for (int i = 0; specks > 0 && i < count; i++) {
            speck(rng, page);
        }
    }

    private static void grain(Rng rng, Raster page, int deviation) {
        byte[] bytes = page.bytes();
        int channels = page.channels();
        int at = 0;
        for (int y = 0; y < page.height(); y++) {
            int place = (int) (rng.bits() >>> 1);
            for (int x = 0; x < page.width(); x++) {
                int change = (NORMAL[place++ & (TABLE - 1)] * deviation + (1 << 19)) >> 20;
                for (int c = 0; c < channels; c++, at++) {
                    int value = (bytes[at] & 0xFF) + change;
                    bytes[at] = (byte) (value < 0 ? 0 : Math.min(value, 255));
                }
            }
        }
    }

    private static void speck(Rng rng, Raster page) {
        int x = rng.between(0, page.width() - 1);
        int y = rng.between(0, page.height() - 1);
        byte tone = (byte) (rng.chance(0.7) ? rng.between(40, 150) : 255);
        int width = Math.min(rng.between(1, 2), page.width() - x);
        int from = (y * page.width() + x) * page.channels();
        for (int i = 0; i < width * page.channels(); i++) {
            page.bytes()[from + i] = tone;
        }
    }
}
