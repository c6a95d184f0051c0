package io.github.florence4j.nn;

import io.github.florence4j.config.TextConfig;
import io.github.florence4j.torch.NoGrad;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The one token table of the model, shared by encoder input, decoder input and output head (specification 3.3).
 *
 * <p>Tied by construction: there is a single tensor, registered once.
 */
public final class Embeddings {
    private final Tensor table; // (v, p)
    private final UnaryOperator<Tensor> lookup;
    private final double scale;

    /** The table on the weight {@code shared.weight} below the language model. */
    public Embeddings(TextConfig config, Parameters at) {
        this.table = at.tensor("shared.weight");
        this.lookup = at.lookup("shared.weight");
        this.scale = config.scaleEmbedding() ? Math.sqrt(config.dModel()) : 1;
    }

    /** {@code (b, t)} ids to {@code (b, t, p)} vectors. */
    public Tensor forward(Tensor ids) {
        Tensor vectors = lookup.apply(ids);
        return scale == 1 ? vectors : vectors.mul(new Scalar(scale));
    }

    /** The table {@code (v, p)}. */
    public Tensor table() {
        return table;
    }

    /**
     * Adds to the table's gradient what the gradient {@code (b, t, p)} of {@link #forward} makes of it. libtorch would fill
     * and add a table of zeros for each use.
     */
    public void accumulate(Tensor ids, Tensor gradient) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            tableGradient().index_add_(0, ids.flatten(), gradient.flatten(0, -2), new Scalar(scale));
        }
    }

    /** The table's gradient {@code (v, p)}, zeros at first. */
    public Tensor tableGradient() {
        if (!table.grad().defined()) {
            table.mutable_grad().put(torch.zeros_like(table.detach()));
        }
        return table.grad();
    }
}
