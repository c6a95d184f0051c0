package io.github.florence4j.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A picture of 8-bit RGB samples, row-major and interleaved: sample {@code c} of pixel {@code (x, y)} is byte {@code (y * width + x) * 3 + c}.
 *
 * <p>Immutable by convention: {@link #RgbImage} takes ownership of the array and {@link #bytes} lends it out without a copy;
 * nobody writes to it afterwards. Safe for concurrent readers.
 */
public final class RgbImage {
    private final int width;
    private final int height;
    private final byte[] bytes;

    /**
     * A picture around {@code bytes}, which the caller hands over and must not change any more.
     *
     * @param bytes {@code width * height * 3} unsigned samples
     * @throws IllegalArgumentException if a side is not positive or the array has another length
     */
    public RgbImage(int width, int height, byte[] bytes) {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException("an image has at least 1x1 pixels, not " + width + "x" + height);
        }
        if (bytes.length != 3L * width * height) {
            throw new IllegalArgumentException("an image of " + width + "x" + height + " has " + 3L * width * height
                    + " RGB bytes, not " + bytes.length);
        }
        this.width = width;
        this.height = height;
        this.bytes = bytes;
    }

    /**
     * The picture in a file, with the default limits; the first page of a TIFF with several. PDF documents are read by {@link ImagePages}.
     *
     * @throws IOException when there is none that can be read; the message names the file and says why
     */
    public static RgbImage read(Path path) throws IOException {
        return new ImageDecoder().decode(path);
    }

    /**
     * A copy of a picture of any type. Grey is replicated, as {@link #read} does, and has its high byte where it has more than eight bits:
     * {@link BufferedImage#getRGB} takes it for linear light and makes it brighter. Other colour spaces are converted to sRGB by that; alpha is dropped.
     */
    public static RgbImage of(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        boolean whole = DataBuffer.TYPE_FLOAT != colours.getTransferType()
                && DataBuffer.TYPE_DOUBLE != colours.getTransferType();
        if (colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY && whole && colours.getComponentSize(0) >= 8) {
            return ofGrey(image, colours.getComponentSize(0) - 8);
        }
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] bytes = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                bytes[at++] = (byte) (argb >> 16);
                bytes[at++] = (byte) (argb >> 8);
                bytes[at++] = (byte) argb;
            }
        }
        return new RgbImage(width, height, bytes);
    }

    private static RgbImage ofGrey(BufferedImage image, int lowBits) {
        int width = image.getWidth();
        byte[] bytes = new byte[Math.multiplyExact(3, Math.multiplyExact(width, image.getHeight()))];
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRaster().getSamples(0, y, width, 1, 0, row);
            for (int sample : row) {
                for (int c = 0; c < 3; c++) {
                    bytes[at++] = (byte) (sample >> lowBits);
                }
            }
        }
        return new RgbImage(width, image.getHeight(), bytes);
    }

    /** The width in pixels, at least 1. */
    public int width() {
        return width;
    }

    /** The height in pixels, at least 1. */
    public int height() {
        return height;
    }

    /** The samples, shared and not to be written to: {@code width * height * 3} unsigned bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /** The pixel at {@code (x, y)} as {@code 0xRRGGBB}. */
    public int rgb(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of an image of " + width + "x" + height);
        }
        int at = (y * width + x) * 3;
        return (bytes[at] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | bytes[at + 2] & 0xFF;
    }

    /**
     * A copy of the rectangle with its upper left corner at {@code (x, y)}.
     *
     * @throws IllegalArgumentException if the rectangle is empty or not inside the picture
     */
    public RgbImage crop(int x, int y, int cropWidth, int cropHeight) {
        if (x < 0 || y < 0 || cropWidth <= 0 || cropHeight <= 0 || cropWidth > width - x || cropHeight > height - y) {
            throw new IllegalArgumentException("a crop of " + cropWidth + "x" + cropHeight + " at (" + x + ", " + y
                    + ") is not inside an image of " + width + "x" + height);
        }
        byte[] cropped = new byte[cropWidth * cropHeight * 3];
        for (int row = 0; row < cropHeight; row++) {
            System.arraycopy(bytes, ((y + row) * width + x) * 3, cropped, row * cropWidth * 3, cropWidth * 3);
        }
        return new RgbImage(cropWidth, cropHeight, cropped);
    }

    /** A new picture of type {@link BufferedImage#TYPE_INT_RGB}, which belongs to the caller. */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0, at = 0; y < height; y++) {
            for (int x = 0; x < width; x++, at += 3) {
                row[x] = (bytes[at] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | bytes[at + 2] & 0xFF;
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return image;
    }
}
