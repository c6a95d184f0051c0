package io.github.florence4j.nn;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;

/**
 * How much a network has to compute: multiplications and additions of its linear layers and of the convolutions that shrink
 * the map, each counted as one operation. Attention, counted only where it says so, and what goes element by element are some
 * percent more.
 */
public final class Work {
    private Work() {}

    /** Operations of the vision tower and projector on one image of that size in pixels. */
    public static double visionOperations(Florence2Config config, int height, int width) {
        VisionConfig vision = config.vision();
        double operations = 0;
        double rows = height;
        double columns = width;
        for (int stage = 0; stage < vision.depths().size(); stage++) {
            rows = side(rows, vision, stage);
            columns = side(columns, vision, stage);
            operations += 2 * rows * columns * stageWeights(vision, stage);
        }
        return operations + 2.0 * vision.visualTokens(height, width) * projectorWeights(vision);
    }

    /** Weights of the layers that {@link #visionOperations} counts. */
    public static double visionWeights(Florence2Config config) {
        VisionConfig vision = config.vision();
        double weights = projectorWeights(vision);
        for (int stage = 0; stage < vision.depths().size(); stage++) {
            weights += stageWeights(vision, stage);
        }
        return weights;
    }

    /** Weights that a decoding step multiplies with every hypothesis: decoder, without keys of the encoder, and head. */
    public static double stepWeights(Florence2Config config) {
        TextConfig text = config.text();
        double d = text.dModel();
        return text.decoderLayers() * (6 * d * d + 2 * d * text.decoderFfnDim()) + d * text.vocabSize();
    }

    /**
     * Operations of a training step on one image whose features are cached: projector, encoder, decoder and head, their attention
     * included, once forward and twice as much backward. It is what the equations ask for, even where a rearrangement computes less.
     *
     * @param visual tokens of the image
     * @param question tokens of the prompt
     * @param answer tokens of the answer
     */
    public static double cachedStepOperations(Florence2Config config, int visual, int question, int answer) {
        TextConfig text = config.text();
        double d = text.dModel();
        double source = (double) visual + question;
        double encoder = source * (4 * d * d + 2 * d * text.encoderFfnDim()) + 2 * source * source * d;
        double decoder = answer * (6 * d * d + 2 * d * text.decoderFfnDim())
                + source * 2 * d * d // the keys and values of the encoder's positions
                + 2 * answer * (answer + source) * d;
        double products = visual * projectorWeights(config.vision())
                + text.encoderLayers() * encoder
                + text.decoderLayers() * decoder
                + answer * d * text.vocabSize();
        return 3 * 2 * products;
    }

    private static double side(double before, VisionConfig vision, int stage) {
        return Math.floor((before
                                + 2 * vision.patchPadding().get(stage)
                                - vision.patchSize().get(stage))
                        / vision.patchStride().get(stage))
                + 1;
    }

    /** A stage's convolution and its blocks, in each of which attention and feed-forward network come twice. */
    private static double stageWeights(VisionConfig vision, int stage) {
        double d = vision.embedDim().get(stage);
        double before = stage == 0 ? vision.inChannels() : vision.embedDim().get(stage - 1);
        double kernel = Math.pow(vision.patchSize().get(stage), 2);
        return kernel * before * d + vision.depths().get(stage) * 2 * (4 + 2 * vision.mlpRatio()) * d * d;
    }

    private static double projectorWeights(VisionConfig vision) {
        return (double) vision.embedDim().get(vision.embedDim().size() - 1) * vision.projectionDim();
    }
}
