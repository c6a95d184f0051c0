package io.github.florence4j.finetune;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.weights.Part;
import java.util.Set;
import org.bytedeco.pytorch.Device;

/**
 * How many examples of a batch go through the model at once. On a processor a few are nearly as fast as many (three cached ones take a
 * tenth longer than eight), and the memory of activations grows with them; on a graphics card all go at once.
 */
final class MicroBatch {
    /** Three pictures of 768 pixels through the language model of the base checkpoint: 577 + 20 tokens, 768 wide, 6 layers. */
    private static final double LANGUAGE = 3 * 597.0 * 768 * 6;

    /** One picture of 768 pixels through the vision tower, 2.4 GB of activations in the base checkpoint. */
    private static final double PIXELS = 768 * 768;

    private static final int PROMPT = 20; // tokens, of a question

    private MicroBatch() {}

    /**
     * The number of examples.
     *
     * @param given the setting, or 0 to choose
     * @param active the parts that something of trains
     */
    static int examples(
            int given, Florence2Config config, ImageProcessorConfig image, Set<Part> active, Device device) {
        if (given > 0) {
            return given;
        }
        if (!device.is_cpu()) {
            return Integer.MAX_VALUE;
        }
        double tokens = config.vision().visualTokens(image.height(), image.width()) + PROMPT;
        double language =
                LANGUAGE / (tokens * config.text().dModel() * config.text().encoderLayers());
        double tower =
                active.contains(Part.VISION_TOWER) ? PIXELS / ((double) image.height() * image.width()) : language;
        return (int) Math.max(1, Math.min(language, tower));
    }
}
