package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Multi-head attention with separate, biased q, k, v and output projections (reference: {@code BartAttention}). */
final class BartAttention {
    private final Linear qProj;
    private final Linear kProj;
    private final Linear vProj;
    private final Linear outProj;
    private final int heads;

    BartAttention(Parameters at, int heads) {
        this.qProj = at.linear("q_proj");
        this.kProj = at.linear("k_proj");
        this.vProj = at.linear("v_proj");
        this.outProj = at.linear("out_proj");
        this.heads = heads;
    }

    /** Queries {@code (b, h, t, d)} of {@code (b, t, p)}. */
    Tensor queries(Tensor x) {
        return split(qProj.forward(x));
    }

    /** Keys {@code (b, h, s, d)} of {@code (b, s, p)}. */
    Tensor keys(Tensor x) {
        return split(kProj.forward(x));
    }

    /** Values {@code (b, h, s, d)} of {@code (b, s, p)}. */
    Tensor values(Tensor x) {
        return split(vProj.forward(x));
    }

    /** The attended values of {@code q}, projected: {@code (b, t, p)}. */
    Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, double dropout, boolean causal) {
        Tensor attended = Attention.scaledDotProduct(q, k, v, mask, dropout, causal);
        return outProj.forward(attended.transpose(1, 2).flatten(2, 3));
    }

    private Tensor split(Tensor x) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2); // (b, h, t, d)
    }
}
