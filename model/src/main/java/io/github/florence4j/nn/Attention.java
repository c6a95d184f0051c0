package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.matmul;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Scaled dot-product attention with scale {@code d^-1/2}. */
final class Attention {
    private Attention() {}

    /**
     * Queries, keys and values {@code (3, …)} in a type: products of half precision are fast only on whole rows.
     */
    static Tensor prepare(Tensor heads, ScalarType type) {
        return type == ScalarType.BFloat16 ? heads.to(type).contiguous() : heads;
    }

    /**
     * Of q over k, v {@code (b, h, t, d)}, with an additive mask that broadcasts to {@code (b, h, t, s)}, or the causal
     * mask. In bfloat16 it is composed of matrix products: the fused kernel is ten times slower there.
     */
    static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, TensorOptional mask, boolean causal) {
        if (!causal && q.scalar_type().intern() == ScalarType.BFloat16) {
            Tensor scores = matmul(q.mul(new Scalar(1 / Math.sqrt(q.size(3)))), k.transpose(2, 3)); // (b, h, t, s)
            return matmul(
                    (mask.has_value() ? scores.add(mask.get()) : scores)
                            .softmax(-1)
                            .to(ScalarType.BFloat16),
                    v);
        }
        return scaled_dot_product_attention(q, k, v, mask, 0, causal, new DoubleOptional(), false);
    }
}
