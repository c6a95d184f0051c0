package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.full_like;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** What teacher forcing makes of label ids (specification 3.4; reference: {@code shift_tokens_right}). */
public final class Targets {
    /** The label of positions that carry no loss. */
    public static final long IGNORED = -100;

    private Targets() {}

    /** Decoder inputs {@code (b, t)}: {@code start}, then the labels but the last; ignored labels become {@code pad}. */
    public static Tensor shiftRight(Tensor labels, long start, long pad) {
        Tensor first = full_like(labels.narrow(1, 0, 1), new Scalar(start));
        Tensor rest = labels.narrow(1, 0, labels.size(1) - 1);
        return cat(new TensorVector(first, rest.masked_fill(rest.eq(new Scalar(IGNORED)), new Scalar(pad))), 1);
    }

    /** Mean cross-entropy of {@code logits (b, t, v)} over the labels {@code (b, t)} that are not ignored. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return cross_entropy_loss(logits.flatten(0, 1), labels.flatten());
    }
}
