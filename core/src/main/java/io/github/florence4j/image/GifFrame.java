package io.github.florence4j.image;

import java.awt.image.IndexColorModel;

/** Where the first frame of a GIF file lies on the screen of the animation, all in pixels. */
record GifFrame(int screenWidth, int screenHeight, int left, int top, int width, int height) {
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2C;

    /** Reads the blocks up to the first image descriptor. */
    static GifFrame first(String name, byte[] file) throws UnreadableImageException {
        int at = 13 + colourTable(file[10]);
        while (at + 10 <= file.length && file[at] != IMAGE) {
            if (file[at] != EXTENSION) {
                at++; // Pillow skips what it does not know, too
                continue;
            }
            at += 2;
            while (at < file.length && file[at] != 0) {
                at += 1 + (file[at] & 0xFF);
            }
            at++;
        }
        if (at + 10 > file.length) {
            throw new UnreadableImageException(name, "the gif file is cut off");
        }
        return new GifFrame(
                word(file, 6),
                word(file, 8),
                word(file, at + 1),
                word(file, at + 3),
                word(file, at + 5),
                word(file, at + 7));
    }

    /** The width of the screen, grown to hold the frame. */
    int shownWidth() {
        return Math.max(screenWidth, left + width);
    }

    /** The height of the screen, grown to hold the frame. */
    int shownHeight() {
        return Math.max(screenHeight, top + height);
    }

    boolean covers(RgbImage frame) {
        return frame.width() == shownWidth() && frame.height() == shownHeight();
    }

    /** The frame on a screen of the transparent colour, or of colour 0 where there is none. */
    RgbImage onScreen(RgbImage frame, IndexColorModel palette) {
        int w = shownWidth();
        int h = shownHeight();
        byte[] out = new byte[3 * w * h];
        int fill = palette.getRGB(Math.max(0, palette.getTransparentPixel()));
        for (int i = 0; i < out.length; i += 3) {
            out[i] = (byte) (fill >> 16);
            out[i + 1] = (byte) (fill >> 8);
            out[i + 2] = (byte) fill;
        }
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(frame.bytes(), 3 * y * frame.width(), out, 3 * ((top + y) * w + left), 3 * frame.width());
        }
        return new RgbImage(w, h, out);
    }

    private static int colourTable(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static int word(byte[] file, int at) {
        return file[at] & 0xFF | (file[at + 1] & 0xFF) << 8;
    }
}
