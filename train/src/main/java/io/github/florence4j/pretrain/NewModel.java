package io.github.florence4j.pretrain;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.GenerationDefaults;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.config.VisionConfig.FeatureSource;
import io.github.florence4j.text.Florence2Tokenizer;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/**
 * The shape and the initial scales of a model that does not exist yet.
 *
 * @param imageSize side of the input in pixels
 * @param paper the grey that becomes 0, from 0 for black to 1 for white
 * @param contrast how much grey becomes 1
 * @param towerWidths channels of the stages
 * @param towerDepths blocks of the stages
 * @param towerHeads heads, and channel groups, of the stages
 * @param towerStrides strides of the stages; their product is the side of a visual token in pixels
 * @param window side of an attention window in tokens of any stage
 * @param width width of the language model
 * @param heads heads of its attention
 * @param encoderLayers layers of its encoder
 * @param decoderLayers layers of its decoder
 * @param feedForward inner width of its feed-forward networks
 * @param positions the longest sequence of visual tokens and prompt, and the longest answer
 * @param scales the initial scales
 * @param seed the seed of the initial weights
 */
public record NewModel(
        int imageSize,
        double paper,
        double contrast,
        List<Integer> towerWidths,
        List<Integer> towerDepths,
        List<Integer> towerHeads,
        List<Integer> towerStrides,
        int window,
        int width,
        int heads,
        int encoderLayers,
        int decoderLayers,
        int feedForward,
        int positions,
        Scales scales,
        long seed) {
    /** Five million parameters for pages of 192 pixels. */
    static final NewModel DEFAULTS = new NewModel(
            192,
            0.9,
            0.25,
            List.of(48, 96, 192),
            List.of(0, 2, 1),
            List.of(3, 6, 12),
            List.of(4, 2, 2),
            6,
            192,
            6,
            2,
            3,
            768,
            448,
            Scales.DEFAULT,
            1);

    private static final int FIRST_KERNEL = 7;
    private static final int KERNEL = 3;
    private static final int MLP_RATIO = 4;
    private static final int FRAMES = 1;

    /**
     * Standard deviations of initial weights. The big model's 0.02 is too little for small widths: attention needs scores
     * that differ before it can learn where to look.
     *
     * @param gain of matrices and convolutions, over the root of their inputs
     * @param branch factor for the last matrix of each residual branch
     * @param tokens of the token table, which is the output head too
     * @param places amplitude of the waves that the tables of positions begin with
     * @param grid the same for rows and columns, which are added to the tower's map before any norm: its deviation after the
     *     warm-up is about 3
     * @param image initial weight of the norm behind the visual tokens
     */
    public record Scales(double gain, double branch, double tokens, double places, double grid, double image) {
        /** What learned best; see docs/decisions. */
        public static final Scales DEFAULT = new Scales(1, 1, 0.1, 0.1, 1.5, 0.1);
    }

    /** Checks what the configuration itself does not. */
    public NewModel {
        towerWidths = List.copyOf(towerWidths);
        towerDepths = List.copyOf(towerDepths);
        towerHeads = List.copyOf(towerHeads);
        towerStrides = List.copyOf(towerStrides);
        if (imageSize < 1 || !(contrast > 0)) {
            throw new IllegalArgumentException("a new model has the image size " + imageSize + " and the contrast "
                    + contrast + "; expected both above 0");
        }
    }

    /** The configuration, for a token table with that many rows. */
    Florence2Config config(int rows, int imageToken) {
        int stages = towerWidths.size();
        VisionConfig vision = new VisionConfig(
                3,
                towerDepths,
                towerWidths,
                towerHeads,
                towerHeads,
                firstAndRest(stages, FIRST_KERNEL, KERNEL),
                towerStrides,
                firstAndRest(stages, FIRST_KERNEL / 2, KERNEL / 2),
                firstAndRest(stages, false, true),
                window,
                MLP_RATIO,
                true,
                0,
                width,
                (imageSize + 1) / towerStrides.stream().reduce(1, (a, b) -> a * b) + 1,
                FRAMES,
                List.of(FeatureSource.SPATIAL_AVG_POOL, FeatureSource.TEMPORAL_AVG_POOL));
        TextConfig text = new TextConfig(
                rows,
                width,
                encoderLayers,
                decoderLayers,
                heads,
                heads,
                feedForward,
                feedForward,
                positions,
                0,
                0,
                0,
                0,
                0,
                false,
                scales.tokens(),
                Florence2Tokenizer.BOS,
                Florence2Tokenizer.PAD,
                Florence2Tokenizer.EOS,
                Florence2Tokenizer.EOS);
        GenerationDefaults generation = new GenerationDefaults(
                1, 0, true, 1, OptionalInt.of(Florence2Tokenizer.BOS), OptionalInt.of(Florence2Tokenizer.EOS));
        return new Florence2Config(vision, text, generation, OptionalInt.of(imageToken));
    }

    private static <T> List<T> firstAndRest(int stages, T first, T rest) {
        List<T> values = new java.util.ArrayList<>(Collections.nCopies(stages, rest));
        values.set(0, first);
        return values;
    }
}
