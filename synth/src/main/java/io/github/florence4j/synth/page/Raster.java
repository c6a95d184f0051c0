package io.github.florence4j.synth.page;

import io.github.florence4j.image.RgbImage;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * The pixels of a page: sample {@code c} of pixel {@code (x, y)} is the unsigned byte {@code (y * width + x) * channels + c}.
 *
 * @param width at least 1
 * @param height at least 1
 * @param channels 1 for grey, 3 for red, green, blue
 * @param bytes not copied: whoever makes pages by the million need not pay for it
 */
public record Raster(int width, int height, int channels, byte[] bytes) {

    /** Checks that the sizes fit together. */
    public Raster {
        if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
            throw new IllegalArgumentException("a raster has at least 1 x 1 pixels of 1 or 3 channels, found " + width
                    + " x " + height + " of " + channels);
        }
        if (bytes.length != (long) width * height * channels) {
            throw new IllegalArgumentException("a raster of " + width + " x " + height + " x " + channels + " has "
                    + (long) width * height * channels + " bytes, found " + bytes.length);
        }
    }

    /** The sample of a pixel, 0 to 255. */
    public int sample(int x, int y, int channel) {
        return bytes[(y * width + x) * channels + channel] & 0xFF;
    }

    /** The same pixels as an image for the processor; grey becomes three equal channels. */
    public RgbImage toRgbImage() {
        if (channels == 3) {
            return new RgbImage(width, height, bytes.clone());
        }
        byte[] rgb = new byte[3 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            rgb[3 * i] = bytes[i];
            rgb[3 * i + 1] = bytes[i];
            rgb[3 * i + 2] = bytes[i];
        }
        return new RgbImage(width, height, rgb);
    }

    /** The same pixels for ImageIO: {@code TYPE_BYTE_GRAY} or {@code TYPE_3BYTE_BGR}. */
    public BufferedImage toBufferedImage() {
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
        BufferedImage image = new BufferedImage(width, height, type);
        byte[] data = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < bytes.length; i += channels) {
            for (int c = 0; c < channels; c++) {
                data[i + c] = bytes[i + channels - 1 - c];
            }
        }
        return image;
    }
}
