package io.github.florence4j.image;

/**
 * The eight EXIF orientations (tag 274) and the transposition that shows such a picture upright, as Pillow's
 * {@code ImageOps.exif_transpose} applies it.
 */
enum Orientation {
    NORMAL,
    FLIP_LEFT_RIGHT,
    ROTATE_180,
    FLIP_TOP_BOTTOM,
    TRANSPOSE,
    ROTATE_270,
    TRANSVERSE,
    ROTATE_90;

    /** The orientation of a tag's value 1..8; any other value is {@link #NORMAL}. */
    static Orientation ofTag(int value) {
        return value >= 1 && value <= 8 ? values()[value - 1] : NORMAL;
    }

    RgbImage apply(RgbImage image) {
        int w = image.width();
        int h = image.height();
        // Source index of output pixel (x, y): origin + x * stepX + y * stepY.
        return switch (this) {
            case NORMAL -> image;
            case FLIP_LEFT_RIGHT -> copy(image, w, h, w - 1, -1, w);
            case ROTATE_180 -> copy(image, w, h, w * h - 1, -1, -w);
            case FLIP_TOP_BOTTOM -> copy(image, w, h, w * (h - 1), 1, -w);
            case TRANSPOSE -> copy(image, h, w, 0, w, 1);
            case ROTATE_270 -> copy(image, h, w, w * (h - 1), -w, 1);
            case TRANSVERSE -> copy(image, h, w, w * h - 1, -w, -1);
            case ROTATE_90 -> copy(image, h, w, w - 1, w, -1);
        };
    }

    private static RgbImage copy(RgbImage image, int width, int height, int origin, int stepX, int stepY) {
        byte[] from = image.bytes();
        byte[] to = new byte[from.length];
        int at = 0;
        for (int y = 0; y < height; y++) {
            int pixel = origin + y * stepY;
            for (int x = 0; x < width; x++, pixel += stepX) {
                to[at++] = from[3 * pixel];
                to[at++] = from[3 * pixel + 1];
                to[at++] = from[3 * pixel + 2];
            }
        }
        return new RgbImage(width, height, to);
    }
}
