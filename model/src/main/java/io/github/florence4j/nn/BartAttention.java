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
    private final double dropout;

    BartAttention(Parameters at, int heads, double dropout) {
        this.qProj = at.linear("q_proj");
        this.kProj = at.linear("k_proj");
        this.vProj = at.linear("v_proj");
        this.outProj = at.linear("out_proj");
        this.heads = heads;
        this.dropout = dropout;
    }

    /** Queries {@code (b, h, t, d)} of {@code (b, t, p)}. */
    Tensor queries(Tensor x, Regularization regularization) {
        return split(qProj.forward(x, regularization));
    }

    /** Keys {@code (b, h, s, d)} of {@code (b, s, p)}. */
    Tensor keys(Tensor x, Regularization regularization) {
        return split(kProj.forward(x, regularization));
    }

    /** Values {@code (b, h, s, d)} of {@code (b, s, p)}. */
    Tensor values(Tensor x, Regularization regularization) {
        return split(vProj.forward(x, regularization));
    }

    /** The attended values of {@code q}, projected: {@code (b, t, p)}. */
    Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, Regularization regularization, boolean causal) {
        Tensor attended = regularization.attend(q, k, v, mask, dropout, causal);
        return outProj.forward(attended.transpose(1, 2).flatten(2, 3), regularization);
    }

    private Tensor split(Tensor x) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2); // (b, h, t, d)
    }
}
