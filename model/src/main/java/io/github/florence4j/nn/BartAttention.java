package io.github.florence4j.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Multi-head attention with biased q, k, v and output projections (reference: {@code BartAttention}). */
final class BartAttention {
    private final LinearGroup target;
    private final LinearGroup source;
    private final Linear outProj;
    private final int heads;
    private final double dropout;
    private final ScalarType type;

    private BartAttention(
            LinearGroup target, LinearGroup source, Parameters at, int heads, double dropout, ScalarType type) {
        this.target = target;
        this.source = source;
        this.outProj = at.linear("out_proj");
        this.heads = heads;
        this.dropout = dropout;
        this.type = type;
    }

    /** Attention of a sequence over itself, in that type if it is half precision. */
    static BartAttention self(Parameters at, int heads, double dropout, ScalarType type) {
        LinearGroup all = at.linears("q_proj", "k_proj", "v_proj");
        return new BartAttention(all, all, at, heads, dropout, type);
    }

    /** Attention of a sequence over another. */
    static BartAttention cross(Parameters at, int heads, double dropout) {
        return new BartAttention(
                at.linears("q_proj"), at.linears("k_proj", "v_proj"), at, heads, dropout, ScalarType.Float);
    }

    /** Of the target {@code (b, t, p)}: queries, and where it attends to itself keys and values too, {@code (b, h, t, d)}. */
    List<Tensor> project(Tensor x, Regularization regularization) {
        return split(target.forward(x, regularization));
    }

    /** Keys and values {@code (b, h, s, d)} of another sequence {@code (b, s, p)}. */
    List<Tensor> keysAndValues(Tensor x, Regularization regularization) {
        return split(source.forward(x, regularization));
    }

    /** The attended values of {@code q}, projected: {@code (b, t, p)}. */
    Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, Regularization regularization, boolean causal) {
        Tensor attended = regularization.attend(q, k, v, mask, dropout, causal);
        return outProj.forward(attended.transpose(1, 2).flatten(2, 3), regularization);
    }

    private List<Tensor> split(List<Tensor> projected) {
        return projected.stream()
                .map(x -> x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2)) // (b, h, t, d)
                .map(x -> Attention.prepare(x, type))
                .toList();
    }
}
