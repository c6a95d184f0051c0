package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Scaled dot-product attention with scale {@code d^-1/2}. */
final class Attention {
    private Attention() {}

    /** Unmasked: q, k, v {@code (b, h, t, d)} to {@code (b, h, t, d)}. */
    static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v) {
        return scaledDotProduct(q, k, v, new TensorOptional(), 0, false);
    }

    /**
     * With an additive mask that broadcasts to {@code (b, h, t, s)}, dropout on the weights, or the causal mask.
     */
    static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, TensorOptional mask, double dropout, boolean causal) {
        return scaled_dot_product_attention(q, k, v, mask, dropout, causal, new DoubleOptional(), false);
    }
}
