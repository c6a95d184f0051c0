package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.cat;

import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.config.VisionConfig.FeatureSource;
import java.util.List;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Positions, pooling and projection between vision and language (specification 2.3; reference: {@code
 * Florence2MultiModalProjector}).
 */
public final class MultiModalProjector {
    private final Tensor rowEmbeddings; // (50, c / 2)
    private final Tensor columnEmbeddings; // (50, c - c / 2)
    private final Tensor temporal; // (1, 1, c): an image is frame 0
    private final Linear imageProjection;
    private final LayerNorm imageProjNorm;
    private final List<FeatureSource> sources;

    /** The projector on the weights below {@code multi_modal_projector}. */
    public MultiModalProjector(VisionConfig config, Parameters at) {
        this.rowEmbeddings = at.tensor("image_position_embed.row_embeddings.weight");
        this.columnEmbeddings = at.tensor("image_position_embed.column_embeddings.weight");
        this.temporal = at.tensor("visual_temporal_embed.pos_idx_to_embed")
                .narrow(0, 0, 1)
                .unsqueeze(0);
        this.imageProjection = at.linear("image_projection");
        this.imageProjNorm = at.layerNorm("image_proj_norm");
        this.sources = config.featureSources();
    }

    /** Visual tokens {@code (b, t, p)} of the tower's map {@code (b, y, x, c)}: 577 of them at 768 x 768. */
    public Tensor forward(Tensor map, Regularization regularization) {
        long b = map.size(0);
        long grid = map.size(1) * map.size(2);
        Tensor tokens = map.add(positions(map.size(1), map.size(2)))
                .view(b, grid, map.size(3))
                .add(temporal); // (b, y·x, c)
        TensorVector pooled = new TensorVector();
        for (FeatureSource source : sources) {
            pooled.push_back(
                    switch (source) {
                        case SPATIAL_AVG_POOL -> tokens.mean(new long[] {1}, true, new ScalarTypeOptional());
                        // With one frame, the mean over frames and the last frame are the tokens themselves.
                        case TEMPORAL_AVG_POOL, LAST_FRAME -> tokens;
                    });
        }
        return imageProjNorm.forward(imageProjection.forward(cat(pooled, 1), regularization));
    }

    /** Learned positions {@code (1, y, x, c)}: the column's half comes first. */
    private Tensor positions(long height, long width) {
        if (height > rowEmbeddings.size(0) || width > columnEmbeddings.size(0)) {
            throw new IllegalArgumentException("the feature map is " + width + " x " + height
                    + " positions; this checkpoint has position tables for " + columnEmbeddings.size(0) + " x "
                    + rowEmbeddings.size(0) + ", so use a smaller image size");
        }
        long half = columnEmbeddings.size(1);
        Tensor columns = columnEmbeddings.narrow(0, 0, width).unsqueeze(0).expand(height, width, half);
        Tensor rows = rowEmbeddings.narrow(0, 0, height).unsqueeze(1).expand(height, width, rowEmbeddings.size(1));
        return cat(new TensorVector(columns, rows), -1).unsqueeze(0);
    }
}
