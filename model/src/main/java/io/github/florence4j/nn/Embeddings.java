package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.embedding;

import io.github.florence4j.config.TextConfig;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The one token table of the model, shared by encoder input, decoder input and output head (specification 3.3).
 *
 * <p>Tied by construction: there is a single tensor, registered once.
 */
public final class Embeddings {
    private final Tensor table; // (v, p)
    private final double scale;

    /** The table on the weight {@code shared.weight} below the language model. */
    public Embeddings(TextConfig config, Parameters at) {
        this.table = at.tensor("shared.weight");
        this.scale = config.scaleEmbedding() ? Math.sqrt(config.dModel()) : 1;
    }

    /** {@code (b, t)} ids to {@code (b, t, p)} vectors. */
    public Tensor forward(Tensor ids) {
        Tensor vectors = embedding(table, ids);
        return scale == 1 ? vectors : vectors.mul(new Scalar(scale));
    }
}
