package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.aminmax;
import static org.bytedeco.pytorch.global.torch.baddbmm_out;
import static org.bytedeco.pytorch.global.torch.bmm_out;
import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.empty_like;
import static org.bytedeco.pytorch.global.torch.matmul;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Scaled dot-product attention with scale {@code d^-1/2}. */
public final class Attention {
    /** Five megabytes in half precision, such as the scores of 128 heads of a window of 12 x 12. */
    private static final long SCORES_AT_ONCE = 128 * 144 * 144;

    /** So few scores are not worth finding out whether their exponentials are in range. */
    private static final long FEW_SCORES = 1 << 18;

    /** Sums of exponentials up to which neither they nor what they weigh can leave the range of half precision. */
    private static final double LARGEST_SUM = 1e30;

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
            long scores = q.size(2) * k.size(2); // of each head
            boolean whole = mask.has_value() || q.size(0) * q.size(1) * scores <= FEW_SCORES || GradMode.is_enabled();
            return whole
                    ? matmul(weights(q, k, mask), v)
                    : inParts(q.contiguous(), k, v, Math.max(1, SCORES_AT_ONCE / scores));
        }
        return scaled_dot_product_attention(q, k, v, mask, 0, causal, new DoubleOptional(), false);
    }

    /**
     * Some of all heads at a time, so that scores stay in the cache. Their exponentials are taken as they are, in place, and what they
     * weigh is divided by their sums: a softmax takes off the largest of a row first, which needs single precision and two passes
     * more. It is done where a sum shows that the exponentials left the range of numbers.
     */
    private static Tensor inParts(Tensor q, Tensor k, Tensor v, long atOnce) {
        Tensor attended = empty_like(q);
        Tensor to = attended.flatten(0, 1); // (b·h, t, d)
        Tensor queries = q.flatten(0, 1);
        Tensor keys = k.flatten(0, 1); // (b·h, s, d)
        Tensor values = v.flatten(0, 1);
        long heads = to.size(0);
        for (long first = 0; first < heads; first += atOnce) {
            long count = Math.min(atOnce, heads - first);
            try (PointerScope scope = new PointerScope()) {
                attend(
                        to.narrow(0, first, count),
                        queries.narrow(0, first, count),
                        keys.narrow(0, first, count),
                        values.narrow(0, first, count));
            }
        }
        return attended;
    }

    private static void attend(Tensor to, Tensor q, Tensor k, Tensor v) {
        Tensor exponentials = scores(q, k).exp_(); // (n, t, s)
        Tensor sums = exponentials.sum(new long[] {-1}, true, new ScalarTypeOptional()); // (n, t, 1)
        if (areInRange(sums)) {
            bmm_out(to, exponentials, v);
            to.div_(sums);
        } else {
            bmm_out(to, weights(q, k, new TensorOptional()), v);
        }
    }

    /** {@code (n, t, s)}: the scale costs nothing as a factor of the product. */
    private static Tensor scores(Tensor q, Tensor k) {
        Tensor scores = empty(new long[] {q.size(0), q.size(1), k.size(1)}, q.options(), new MemoryFormatOptional());
        baddbmm_out(scores, scores, q, k.transpose(1, 2), new Scalar(0.0), new Scalar(scale(q)));
        return scores;
    }

    private static double scale(Tensor q) {
        return 1 / Math.sqrt(q.size(-1));
    }

    /** Whether no exponential of a row left the range of half precision, given the sums of rows. */
    public static boolean areInRange(Tensor sums) {
        try (T_TensorTensor_T range = aminmax(sums);
                Tensor lowest = range.get0();
                Tensor highest = range.get1()) {
            return lowest.item_float() > 1 / LARGEST_SUM && highest.item_float() < LARGEST_SUM;
        }
    }

    /** The weights {@code (…, t, s)} of queries {@code (…, t, d)} and keys {@code (…, s, d)} of any size, in bfloat16. */
    public static Tensor weights(Tensor q, Tensor k, TensorOptional mask) {
        Tensor scores = matmul(q.mul(new Scalar(scale(q))), k.transpose(-2, -1)); // (…, t, s)
        return (mask.has_value() ? scores.add(mask.get()) : scores).softmax(-1).to(ScalarType.BFloat16);
    }
}
