package io.github.florence4j.image;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * The settings of the image processor, as {@code preprocessor_config.json} holds them (specification section 1.4).
 *
 * @param height the height of the model's input in pixels, 768 for the published checkpoints
 * @param width the width of the model's input in pixels
 * @param rescaleFactor what bytes are multiplied by, 1/255
 * @param mean the mean of each channel, after rescaling
 * @param std the standard deviation of each channel, after rescaling
 * @param doResize whether images are resized, by Pillow's bicubic; otherwise they must have the size already
 * @param doRescale whether bytes are rescaled
 * @param doNormalize whether mean and standard deviation are applied
 */
public record ImageProcessorConfig(
        int height,
        int width,
        double rescaleFactor,
        List<Double> mean,
        List<Double> std,
        boolean doResize,
        boolean doRescale,
        boolean doNormalize) {
    /** The settings of all published checkpoints: 768x768 and the statistics of ImageNet. */
    public static final ImageProcessorConfig FLORENCE_2 = new ImageProcessorConfig(
            768, 768, 1.0 / 255, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225), true, true, true);

    private static final int BICUBIC = 3;
    private static final int LARGEST_SIDE = 16_384;

    /** Checks the ranges. */
    public ImageProcessorConfig {
        if (height < 1 || width < 1 || height > LARGEST_SIDE || width > LARGEST_SIDE) {
            throw new IllegalArgumentException(
                    "the image size must be 1 to " + LARGEST_SIDE + " a side, not " + width + "x" + height);
        }
        if (!Double.isFinite(rescaleFactor) || rescaleFactor <= 0) {
            throw new IllegalArgumentException("rescale_factor must be a positive number, not " + rescaleFactor);
        }
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != 3 || std.size() != 3) {
            throw new IllegalArgumentException(
                    "image_mean and image_std must have 3 numbers each, not " + mean + " and " + std);
        }
        if (std.stream().anyMatch(value -> !(value > 0))) {
            throw new IllegalArgumentException("image_std must be positive, not " + std);
        }
    }

    /**
     * Reads a {@code preprocessor_config.json}.
     *
     * @throws IOException if the file cannot be read, is not JSON, or asks for something that is not supported; the message names the file
     */
    public static ImageProcessorConfig read(Path path) throws IOException {
        return of(path, parse(path));
    }

    /**
     * Reads the settings of a checkpoint folder: {@code preprocessor_config.json}, or the image processor within {@code
     * processor_config.json}, where transformers 5 saves it; {@link #FLORENCE_2} when there is neither.
     *
     * @throws IOException as {@link #read} does
     */
    public static ImageProcessorConfig ofCheckpoint(Path directory) throws IOException {
        Path own = directory.resolve("preprocessor_config.json");
        if (Files.isRegularFile(own)) {
            return read(own);
        }
        Path whole = directory.resolve("processor_config.json");
        JsonNode within = Files.isRegularFile(whole) ? parse(whole).path("image_processor") : MissingNode.getInstance();
        return within.isMissingNode() ? FLORENCE_2 : of(whole, within);
    }

    private static JsonNode parse(Path path) throws IOException {
        try {
            return new ObjectMapper().readTree(path.toFile());
        } catch (JacksonException e) {
            throw new IOException(path + ": not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private static ImageProcessorConfig of(Path path, JsonNode json) throws IOException {
        try {
            return of(json);
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * The settings in a parsed {@code preprocessor_config.json}; what is absent is as in {@link #FLORENCE_2}.
     *
     * @throws IllegalArgumentException if a value is of the wrong kind, or asks for a resampling other than bicubic, a size by shortest
     *     edge, or a centre crop that changes the size
     */
    public static ImageProcessorConfig of(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("the image processor's settings must be a JSON object");
        }
        boolean doResize = flag(json, "do_resize", true);
        int resample = json.path("resample").isNumber() ? json.get("resample").intValue() : BICUBIC;
        if (doResize && resample != BICUBIC) {
            throw new IllegalArgumentException("resample must be 3 (bicubic), not " + resample);
        }
        JsonNode size = json.path("size");
        int height = side(size, "height", FLORENCE_2.height);
        int width = side(size, "width", FLORENCE_2.width);
        JsonNode crop = json.path("crop_size");
        if (flag(json, "do_center_crop", false)
                && (side(crop, "height", height) != height || side(crop, "width", width) != width)) {
            throw new IllegalArgumentException(
                    "do_center_crop with crop_size " + crop + " is supported only if it equals size " + size);
        }
        return new ImageProcessorConfig(
                height,
                width,
                json.path("rescale_factor").asDouble(FLORENCE_2.rescaleFactor),
                numbers(json.path("image_mean"), "image_mean", FLORENCE_2.mean),
                numbers(json.path("image_std"), "image_std", FLORENCE_2.std),
                doResize,
                flag(json, "do_rescale", true),
                flag(json, "do_normalize", true));
    }

    /** These settings for another size of the model's input. */
    public ImageProcessorConfig withSize(int newHeight, int newWidth) {
        return new ImageProcessorConfig(
                newHeight, newWidth, rescaleFactor, mean, std, doResize, doRescale, doNormalize);
    }

    private static boolean flag(JsonNode json, String key, boolean absent) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw new IllegalArgumentException(key + " must be true or false, not " + value);
        }
        return value.booleanValue();
    }

    private static int side(JsonNode size, String key, int absent) {
        if (size.isMissingNode() || size.isNull()) {
            return absent;
        }
        if (!size.path(key).isInt()) {
            throw new IllegalArgumentException(
                    "size and crop_size must be like {\"height\": 768, \"width\": 768}, not " + size);
        }
        return size.get(key).intValue();
    }

    private static List<Double> numbers(JsonNode array, String key, List<Double> absent) {
        if (array.isMissingNode() || array.isNull()) {
            return absent;
        }
        if (!array.isArray() || StreamSupport.stream(array.spliterator(), false).anyMatch(value -> !value.isNumber())) {
            throw new IllegalArgumentException(key + " must be a list of 3 numbers, not " + array);
        }
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::doubleValue)
                .toList();
    }
}
