package io.github.florence4j.image;

import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Pictures to the model's pixel values: resize, rescale and normalise, bit for bit as transformers' {@code CLIPImageProcessor} on
 * Pillow does (specification section 2.1).
 *
 * <p>Values are float32, laid out {@code (3, height, width)}. Immutable and safe for concurrent use.
 */
public final class ImageProcessor {
    private static final int CHANNELS = 3;
    private static final int LEVELS = 256;

    private final ImageProcessorConfig config;
    private final float[] table; // (3, 256)

    /** A processor with these settings. */
    public ImageProcessor(ImageProcessorConfig config) {
        this.config = config;
        this.table = table(config);
    }

    private static float[] table(ImageProcessorConfig config) {
        float[] table = new float[CHANNELS * LEVELS];
        for (int c = 0; c < CHANNELS; c++) {
            float mean = config.mean().get(c).floatValue();
            float std = config.std().get(c).floatValue();
            for (int level = 0; level < LEVELS; level++) {
                float value = config.doRescale() ? (float) (level * config.rescaleFactor()) : level;
                table[c * LEVELS + level] = config.doNormalize() ? (value - mean) / std : value;
            }
        }
        return table;
    }

    /** The settings. */
    public ImageProcessorConfig config() {
        return config;
    }

    /** The number of values of one picture: {@code 3 * height * width}. */
    public int size() {
        return CHANNELS * config.height() * config.width();
    }

    /**
     * The pixel values of a picture as a new array {@code (3, height, width)}.
     *
     * @throws IllegalArgumentException if resizing is off and the picture has another size
     */
    public float[] process(RgbImage image) {
        float[] values = new float[size()];
        process(image, values, 0);
        return values;
    }

    /**
     * Writes the pixel values of a picture to {@code out[offset]} and after, {@link #size} of them.
     *
     * @throws IllegalArgumentException if resizing is off and the picture has another size
     * @throws IndexOutOfBoundsException if they do not fit
     */
    public void process(RgbImage image, float[] out, int offset) {
        Objects.checkFromIndexSize(offset, size(), out.length);
        byte[] bytes = sized(image).bytes();
        int plane = config.height() * config.width();
        for (int c = 0; c < CHANNELS; c++) {
            writePlane(bytes, c, out, offset + c * plane, plane);
        }
    }

    private void writePlane(byte[] bytes, int channel, float[] out, int offset, int plane) {
        for (int i = 0; i < plane; i++) {
            out[offset + i] = table[channel * LEVELS + (bytes[CHANNELS * i + channel] & 0xFF)];
        }
    }

    /**
     * Writes the pixel values of a picture at the buffer's position and moves that behind them.
     *
     * @throws IllegalArgumentException if resizing is off and the picture has another size
     * @throws BufferOverflowException if they do not fit
     */
    public void process(RgbImage image, FloatBuffer out) {
        if (out.remaining() < size()) {
            throw new BufferOverflowException();
        }
        byte[] bytes = sized(image).bytes();
        float[] plane = new float[config.height() * config.width()];
        for (int c = 0; c < CHANNELS; c++) {
            writePlane(bytes, c, plane, 0, plane.length);
            out.put(plane);
        }
    }

    private RgbImage sized(RgbImage image) {
        if (config.doResize()) {
            return BicubicResize.resize(image, config.width(), config.height());
        }
        if (image.width() != config.width() || image.height() != config.height()) {
            throw new IllegalArgumentException(
                    "the image has " + image.width() + "x" + image.height() + " pixels, but with do_resize" + " off "
                            + config.width() + "x" + config.height() + " are expected");
        }
        return image;
    }
}
