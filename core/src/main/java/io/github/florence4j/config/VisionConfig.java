package io.github.florence4j.config;

import java.util.List;

/**
 * The DaViT vision tower and the projector behind it (reference: {@code Florence2VisionConfig}; specification 1.1).
 *
 * @param inChannels colour channels of the input, 3
 * @param depths blocks per stage; each block is a spatial block followed by a channel block
 * @param embedDim channels per stage
 * @param numHeads heads of the window attention per stage
 * @param numGroups groups of the channel attention per stage
 * @param patchSize kernel of the convolution that opens each stage
 * @param patchStride its stride
 * @param patchPadding its zero padding
 * @param patchPrenorm whether its layer norm comes before (true) or after (false) the convolution
 * @param windowSize side of an attention window, in tokens
 * @param mlpRatio width of the feed-forward network relative to the stage's channels
 * @param qkvBias whether the query/key/value projections have a bias
 * @param dropPathRate stochastic depth of the last block; earlier blocks rise to it linearly from 0
 * @param projectionDim width of the visual tokens handed to the language model
 * @param maxPositionEmbeddings rows of the learned row and column position tables
 * @param maxTemporalEmbeddings rows of the cosine frame table
 * @param featureSources the pooled features that are concatenated, in order
 */
public record VisionConfig(
        int inChannels,
        List<Integer> depths,
        List<Integer> embedDim,
        List<Integer> numHeads,
        List<Integer> numGroups,
        List<Integer> patchSize,
        List<Integer> patchStride,
        List<Integer> patchPadding,
        List<Boolean> patchPrenorm,
        int windowSize,
        double mlpRatio,
        boolean qkvBias,
        double dropPathRate,
        int projectionDim,
        int maxPositionEmbeddings,
        int maxTemporalEmbeddings,
        List<FeatureSource> featureSources) {

    /** A pooled view of the tower's output (specification 2.3). */
    public enum FeatureSource {
        /** The mean over all positions: one token. */
        SPATIAL_AVG_POOL,
        /** The mean over frames: one token per position. */
        TEMPORAL_AVG_POOL,
        /** The last frame: one token per position. */
        LAST_FRAME
    }

    /** Checks the ranges and copies the lists. */
    public VisionConfig {
        int stages = depths.size();
        Checks.require(stages > 0, "vision_config.depths is empty; expected one entry per stage");
        sameLength("embed_dim", embedDim, stages);
        sameLength("num_heads", numHeads, stages);
        sameLength("num_groups", numGroups, stages);
        sameLength("patch_size", patchSize, stages);
        sameLength("patch_stride", patchStride, stages);
        sameLength("patch_padding", patchPadding, stages);
        sameLength("patch_prenorm", patchPrenorm, stages);
        Checks.positive("vision_config.window_size", windowSize);
        Checks.positive("vision_config.projection_dim", projectionDim);
        Checks.positive("vision_config.in_channels", inChannels);
        Checks.require(!featureSources.isEmpty(), "vision_config.image_feature_source is empty");
        for (int s = 0; s < stages; s++) {
            divides("num_heads", numHeads.get(s), embedDim.get(s));
            divides("num_groups", numGroups.get(s), embedDim.get(s));
            Checks.positive("vision_config.patch_stride", patchStride.get(s));
        }
        depths = List.copyOf(depths);
        embedDim = List.copyOf(embedDim);
        numHeads = List.copyOf(numHeads);
        numGroups = List.copyOf(numGroups);
        patchSize = List.copyOf(patchSize);
        patchStride = List.copyOf(patchStride);
        patchPadding = List.copyOf(patchPadding);
        patchPrenorm = List.copyOf(patchPrenorm);
        featureSources = List.copyOf(featureSources);
    }

    private static void sameLength(String field, List<?> values, int stages) {
        Checks.require(
                values.size() == stages,
                "vision_config.%s has %d entries; expected %d, one per stage",
                field,
                values.size(),
                stages);
    }

    private static void divides(String field, int part, int width) {
        Checks.require(
                part > 0 && width % part == 0,
                "vision_config.%s is %d, which does not divide the width %d of its stage",
                field,
                part,
                width);
    }

    /** The number of stages. */
    public int stages() {
        return depths.size();
    }

    /** The channels of the tower's output. */
    public int outputDim() {
        return embedDim.get(stages() - 1);
    }

    /** The side of the feature map that an image side of {@code pixels} becomes after all stages. */
    public int featureSide(int pixels) {
        int side = pixels;
        for (int s = 0; s < stages(); s++) {
            side = Math.floorDiv(side + 2 * patchPadding.get(s) - patchSize.get(s), patchStride.get(s)) + 1;
        }
        return side;
    }

    /** The visual tokens that an image of {@code height} x {@code width} pixels gives: 577 at 768 x 768. */
    public int visualTokens(int height, int width) {
        int grid = featureSide(height) * featureSide(width);
        int tokens = 0;
        for (FeatureSource source : featureSources) {
            tokens += source == FeatureSource.SPATIAL_AVG_POOL ? 1 : grid;
        }
        return tokens;
    }
}
