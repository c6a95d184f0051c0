package io.github.florence4j.weights;

import java.util.List;
import java.util.Set;

/** Names, in the transformers layout, of the tensors that loading treats specially (specification 4). */
public final class TensorNames {
    /** The token table: the one tensor that four names stand for. */
    public static final String TOKEN_TABLE = "model.language_model.shared.weight";
    /** The output head, tied to the token table. */
    public static final String HEAD = "lm_head.weight";
    /** The names tied to the token table, in the order in which they stand in for a missing one. */
    public static final List<String> TIED = List.of(
            "model.language_model.encoder.embed_tokens.weight",
            "model.language_model.decoder.embed_tokens.weight",
            HEAD);
    /** The projection of image features, (P, D); the original layout stores it transposed. */
    public static final String IMAGE_PROJECTION = "model.multi_modal_projector.image_projection.weight";
    /** The cosine table of frame numbers, a buffer that can be computed anew. */
    public static final String FRAME_TABLE = "model.multi_modal_projector.visual_temporal_embed.pos_idx_to_embed";
    /** A buffer of the original layout that is added to the logits; kept only when it is not zero. */
    public static final String LOGITS_BIAS = "final_logits_bias";
    /** The encoder's position table, whose rows are the positions plus two. */
    public static final String ENCODER_POSITIONS = "model.language_model.encoder.embed_positions.weight";

    private static final Set<String> BUFFERS = Set.of(FRAME_TABLE, LOGITS_BIAS);

    private TensorNames() {}

    /** The name under which the tensor is held: that of the token table for those tied to it. */
    static String untied(String name) {
        return TIED.contains(name) ? TOKEN_TABLE : name;
    }

    /** Whether the tensor is a buffer: stored, but no parameter. */
    public static boolean isBuffer(String name) {
        return BUFFERS.contains(name);
    }
}
