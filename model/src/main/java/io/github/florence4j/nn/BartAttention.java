package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.matmul;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
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

    /** The values of another sequence {@code (b, s, p)} that each position of {@code x (b, t, p)} attends to, projected. */
    Tensor attendTo(Tensor other, Tensor x, TensorOptional mask, Regularization regularization) {
        Tensor q = project(x, regularization).get(0); // (b, h, t, d)
        boolean few = 2 * heads * x.size(1) <= x.size(2);
        List<Tensor> maps = few ? source.matrices(regularization) : List.of();
        if (maps.isEmpty()) {
            List<Tensor> keysAndValues = keysAndValues(other, regularization);
            return attend(q, keysAndValues.get(0), keysAndValues.get(1), mask, regularization, false);
        }
        return outProj.forward(attendTo(other, q, maps.get(0), maps.get(1), mask, regularization), regularization);
    }

    /**
     * The attended values {@code (b, t, p)} of few queries over many positions: the map to keys is applied to the queries
     * and the map to values to what they attended to, not both to all positions. That is the same product in another
     * order (as in DeepSeek-V2, arXiv 2405.04434, section 2.1.2), five times cheaper for twelve queries.
     */
    private Tensor attendTo(
            Tensor other, Tensor q, Tensor keys, Tensor values, TensorOptional mask, Regularization regularization) {
        long b = q.size(0);
        long t = q.size(2);
        long d = q.size(3);
        long c = keys.size(1); // of the other sequence with its ones
        Tensor scaled = q.mul(new Scalar(Math.sqrt((double) c / d))); // attention over c channels divides by sqrt(c)
        Tensor wide = matmul(scaled.transpose(0, 1).flatten(1, 2), keys.view(heads, d, c)) // (h, b·t, c)
                .view(heads, b, t, c)
                .transpose(0, 1)
                .reshape(b, 1, heads * t, c);
        Tensor known = withOnes(other, c).unsqueeze(1); // (b, 1, s, c)
        Tensor attended = regularization
                .attend(wide, known, known, mask, dropout, false)
                .view(b, heads, t, c)
                .transpose(0, 1)
                .flatten(1, 2); // (h, b·t, c)
        return matmul(attended, values.view(heads, d, c).transpose(1, 2))
                .view(heads, b, t, d)
                .permute(1, 2, 0, 3)
                .flatten(2, 3); // (b, t, p)
    }

    private static Tensor withOnes(Tensor x, long channels) {
        Tensor more = x.new_zeros(x.size(0), x.size(1), channels - x.size(2));
        more.select(2, 0).fill_(new Scalar(1));
        return cat(new TensorVector(x, more), 2);
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
