package io.github.florence4j.image;

import java.awt.image.Raster;

/**
 * The samples of a JPEG file to RGB with libjpeg's integer conversion, so that the bytes are those of Pillow; ICC profiles are
 * ignored, as Pillow does. Four-component files are taken as inverted (Adobe's convention), as Pillow does.
 */
final class JpegColours {
    private static final int BITS = 16;
    private static final int HALF = 1 << (BITS - 1);

    private JpegColours() {}

    static RgbImage convert(Raster raster, JpegHeader.Colours colours) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        byte[] out = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        int[] row = new int[width * bands];
        for (int y = 0, at = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i += bands, at += 3) {
                switch (colours) {
                    case GREY -> put(out, at, row[i], row[i], row[i]);
                    case RGB -> put(out, at, row[i], row[i + 1], row[i + 2]);
                    case YCBCR -> putYcc(out, at, row, i);
                    case CMYK -> putCmyk(out, at, row[i], row[i + 1], row[i + 2], row[i + 3]);
                    case YCCK -> putYcck(out, at, row, i);
                }
            }
        }
        return new RgbImage(width, height, out);
    }

    private static void put(byte[] out, int at, int r, int g, int b) {
        out[at] = (byte) r;
        out[at + 1] = (byte) g;
        out[at + 2] = (byte) b;
    }

    private static void putYcc(byte[] out, int at, int[] row, int i) {
        int cb = row[i + 1] - 128;
        int cr = row[i + 2] - 128;
        put(out, at, red(row[i], cr), green(row[i], cb, cr), blue(row[i], cb));
    }

    private static void putYcck(byte[] out, int at, int[] row, int i) {
        int cb = row[i + 1] - 128;
        int cr = row[i + 2] - 128;
        int y = row[i];
        putCmyk(out, at, 255 - red(y, cr), 255 - green(y, cb, cr), 255 - blue(y, cb), row[i + 3]);
    }

    private static void putCmyk(byte[] out, int at, int c, int m, int y, int k) {
        put(
                out,
                at,
                RasterColours.ink(255 - c, 255 - k),
                RasterColours.ink(255 - m, 255 - k),
                RasterColours.ink(255 - y, 255 - k));
    }

    private static int red(int y, int cr) {
        return clamp(y + ((fix(1.40200) * cr + HALF) >> BITS));
    }

    private static int green(int y, int cb, int cr) {
        return clamp(y + ((-fix(0.34414) * cb - fix(0.71414) * cr + HALF) >> BITS));
    }

    private static int blue(int y, int cb) {
        return clamp(y + ((fix(1.77200) * cb + HALF) >> BITS));
    }

    private static int fix(double factor) {
        return (int) (factor * (1 << BITS) + 0.5);
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
