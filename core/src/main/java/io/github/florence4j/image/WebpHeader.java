package io.github.florence4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Checks the sizes in a WebP file before it is decoded, as libwebp does: the decoder believes the canvas and decodes whatever
 * size the picture inside has.
 */
final class WebpHeader {
    private static final int MASK_14_BITS = 0x3FFF;

    private final String name;
    private final ByteBuffer file;
    /** The size that the next picture must have: the canvas, or the frame of an animation; 0 if nothing has fixed it. */
    private int width;

    private int height;

    private WebpHeader(String name, ByteBuffer file) {
        this.name = name;
        this.file = file;
    }

    /** Refuses a file that is cut off, or whose picture is not of the size of its canvas or frame. */
    static void check(String name, byte[] file) throws UnreadableImageException {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long length = 8 + Integer.toUnsignedLong(buffer.getInt(4));
        if (file.length < length) {
            throw new UnreadableImageException(
                    name, "the webp file is cut off: it has " + file.length + " of " + length + " bytes");
        }
        try {
            new WebpHeader(name, buffer).checkChunks(12, file.length);
        } catch (IndexOutOfBoundsException e) {
            throw new UnreadableImageException(name, "the webp file is damaged: a chunk is too short");
        }
    }

    private void checkChunks(int from, int to) throws UnreadableImageException {
        for (int at = from; at + 8 <= to; ) {
            long size = Integer.toUnsignedLong(file.getInt(at + 4));
            if (size > to - at - 8) {
                throw new UnreadableImageException(name, "the webp file is damaged: a chunk is longer than the file");
            }
            int data = at + 8;
            switch (new String(file.array(), at, 4, StandardCharsets.ISO_8859_1)) {
                case "VP8X" -> expect(1 + threeBytes(data + 4), 1 + threeBytes(data + 7));
                case "VP8 " ->
                    checkPicture(file.getShort(data + 6) & MASK_14_BITS, file.getShort(data + 8) & MASK_14_BITS);
                case "VP8L" -> {
                    int bits = file.getInt(data + 1);
                    checkPicture(1 + (bits & MASK_14_BITS), 1 + (bits >>> 14 & MASK_14_BITS));
                }
                case "ANMF" -> {
                    int canvasWidth = width;
                    int canvasHeight = height;
                    checkFrame(data);
                    checkChunks(data + 16, data + (int) size);
                    expect(canvasWidth, canvasHeight);
                }
                default -> {}
            }
            at = data + (int) (size + (size & 1));
        }
    }

    private void checkFrame(int data) throws UnreadableImageException {
        int frameWidth = 1 + threeBytes(data + 6);
        int frameHeight = 1 + threeBytes(data + 9);
        if (2L * threeBytes(data) + frameWidth > width || 2L * threeBytes(data + 3) + frameHeight > height) {
            throw new UnreadableImageException(name, "the webp file is damaged: a frame lies outside the canvas");
        }
        expect(frameWidth, frameHeight);
    }

    private void expect(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
    }

    private void checkPicture(int pictureWidth, int pictureHeight) throws UnreadableImageException {
        if (width != 0 && (pictureWidth != width || pictureHeight != height)) {
            throw new UnreadableImageException(
                    name,
                    "the webp file is damaged: its picture has " + pictureWidth + "x" + pictureHeight
                            + " pixels in a frame of " + width + "x" + height);
        }
    }

    private int threeBytes(int at) {
        return file.getShort(at) & 0xFFFF | (file.get(at + 2) & 0xFF) << 16;
    }
}
