package io.github.florence4j.train;

import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Attention with dropout on its weights, a few heads at a time, forward and backward. The weights {@code (t, s)} and what dropout
 * leaves of them are kept for backward where they are small; where they are not, backward computes them again, as FlashAttention
 * does (Dao and others, arXiv 2205.14135), here from matrix products of whole heads. libtorch's own kernel for the processor
 * keeps a mask as well.
 */
final class TrainingAttention {
    private static final long HEAD_SEEDS = 0xD1342543DE82EF95L; // seeds of parts lie far apart
    private static final long SCORES_AT_ONCE = 6 * 600 * 600; // of few megabytes, so that they stay in the cache

    /** The most that a layer keeps of its weights, and as much again of what remains: those of 8 pictures of 768 pixels in bfloat16. */
    private static final long KEPT_BYTES = 72L << 20;

    private final double rate;
    private final long seed;

    private TrainingAttention(double rate, long seed) {
        this.rate = rate;
        this.seed = seed;
    }

    /** As {@link io.github.florence4j.nn.Regularization#attend}. */
    static Tensor attend(
            GradientTape tape, Tensor q, Tensor k, Tensor v, TensorOptional mask, double rate, boolean causal) {
        TrainingAttention attention = new TrainingAttention(rate, rate == 0 ? 0 : DropoutMask.seed());
        List<Tensor> inputs = new ArrayList<>(List.of(q, k, v));
        if (causal) {
            inputs.add(causalMask(q));
        } else if (mask.has_value()) {
            inputs.add(mask.get());
        }
        boolean wanted = q.requires_grad() || k.requires_grad() || v.requires_grad();
        List<Tensor> kept = new ArrayList<>();
        Tensor value;
        try (NoGrad noGrad = new NoGrad();
                Autocast none = Autocast.on(q.device(), DType.FLOAT32)) {
            Heads heads = new Heads(inputs);
            value = attention.forward(heads, q.shape(), wanted && heads.bytes() <= KEPT_BYTES ? kept : null);
        }
        if (!wanted) {
            return value;
        }
        inputs.addAll(kept);
        int operands = inputs.size() - kept.size();
        return tape.record(
                value,
                inputs,
                (g, all) -> attention.backward(g, all.subList(0, operands), all.subList(operands, all.size())));
    }

    /** Minus infinity above the diagonal {@code (1, 1, t, t)}. */
    private static Tensor causalMask(Tensor q) {
        long t = q.size(2);
        return Scopes.keep(() -> torch.full(new long[] {1, 1, t, t}, new Scalar(Double.NEGATIVE_INFINITY))
                .triu_(1));
    }

    private Tensor forward(Heads heads, long[] shape, @Nullable List<Tensor> kept) {
        Tensor out = torch.empty_like(heads.q); // (n, t, d)
        for (long first = 0; first < heads.count; first += heads.atOnce) {
            Heads part = heads.part(first);
            List<Tensor> weights = weights(part, first);
            try (PointerScope scope = new PointerScope()) {
                product(heads.part(out, first), remaining(weights), part.v, larger());
            }
            if (kept == null) {
                weights.forEach(Tensor::close);
            } else {
                kept.addAll(weights);
            }
        }
        return out.view(shape);
    }

    /** All weights {@code (n, t, s)}, and with dropout what remains of them. */
    private List<Tensor> weights(Heads part, long first) {
        return Scopes.keepAll(() -> {
            Tensor weights = part.weights();
            return rate == 0
                    ? List.of(weights)
                    : List.of(weights, DropoutMask.remaining(seed + first * HEAD_SEEDS, rate, weights));
        });
    }

    private static Tensor remaining(List<Tensor> weights) {
        return weights.get(weights.size() - 1);
    }

    /** What is not dropped is made larger by this, so that the mean stays. */
    private double larger() {
        return rate == 0 ? 1 : DropoutMask.scale(rate);
    }

    /** {@code factor · a · b}, written to {@code to}, whose content does not matter: the factor costs nothing in the product. */
    private static void product(Tensor to, Tensor a, Tensor b, double factor) {
        torch.baddbmm_out(to, to, a, b, new Scalar(0.0), new Scalar(factor));
    }

    private void backward(Tensor gradient, List<Tensor> inputs, List<Tensor> kept) {
        List<Tensor> gradients;
        try (NoGrad noGrad = new NoGrad();
                Autocast none = Autocast.on(gradient.device(), DType.FLOAT32)) {
            gradients = gradients(gradient, inputs, kept);
        }
        GradientTape.backward(inputs.subList(0, 3), gradients);
    }

    private List<Tensor> gradients(Tensor gradient, List<Tensor> inputs, List<Tensor> kept) {
        Heads heads = new Heads(inputs);
        Tensor dOut = gradient.reshape(heads.q.shape()); // (n, t, d)
        Tensor dQ = torch.empty_like(heads.q);
        Tensor dK = torch.empty_like(heads.k);
        Tensor dV = torch.empty_like(heads.v);
        Tensor memory = heads.scoresMemory();
        int each = rate == 0 ? 1 : 2; // tensors of a part
        for (long first = 0; first < heads.count; first += heads.atOnce) {
            try (PointerScope scope = new PointerScope()) {
                Heads part = heads.part(first);
                int of = (int) (first / heads.atOnce) * each;
                List<Tensor> weights = kept.isEmpty() ? weights(part, first) : kept.subList(of, of + each);
                Tensor dPart = heads.part(dOut, first);
                product(heads.part(dV, first), remaining(weights).transpose(1, 2), dPart, larger());
                Tensor dScores = memory.narrow(0, 0, part.count); // (n, t, s), in the memory of those of the weights
                product(dScores, dPart, part.v.transpose(1, 2), larger());
                if (rate > 0) {
                    torch.threshold_backward_out(dScores, dScores, remaining(weights), new Scalar(0));
                }
                Operators.run(
                        "aten::_softmax_backward_data",
                        "out",
                        dScores,
                        weights.get(0),
                        -1L,
                        DType.of(dScores),
                        dScores);
                product(heads.part(dQ, first), dScores, part.k, part.scale);
                product(heads.part(dK, first), dScores.transpose(1, 2), part.q, part.scale);
            }
        }
        return List.of(
                dQ.view(inputs.get(0).shape()),
                dK.view(inputs.get(1).shape()),
                dV.view(inputs.get(2).shape()));
    }

    /** Heads of all samples as one axis. */
    private static final class Heads {
        private final double scale;
        private final Tensor q; // (n, t, d)
        private final Tensor k; // (n, s, d)
        private final Tensor v; // (n, s, d)
        private final @Nullable Tensor mask; // (n, 1, s) or (1, t, s)
        private final long count;
        private final long atOnce;

        Heads(List<Tensor> inputs) {
            this.scale = 1 / Math.sqrt(inputs.get(0).size(3));
            this.q = inputs.get(0).flatten(0, 1).contiguous();
            this.k = inputs.get(1).flatten(0, 1).contiguous();
            this.v = inputs.get(2).flatten(0, 1).contiguous();
            this.mask = inputs.size() < 4 ? null : mask(inputs.get(3), inputs.get(0));
            this.count = q.size(0);
            long most = SCORES_AT_ONCE / (q.size(1) * k.size(1));
            this.atOnce = most < 2 ? 1 : most - most % 2; // of odd numbers threads get unequal work
        }

        private Heads(Heads all, long first) {
            this.scale = all.scale;
            this.q = all.part(all.q, first);
            this.k = all.part(all.k, first);
            this.v = all.part(all.v, first);
            this.mask = all.mask == null || all.mask.size(0) == 1 ? all.mask : all.part(all.mask, first);
            this.count = q.size(0);
            this.atOnce = count;
        }

        private static Tensor mask(Tensor mask, Tensor q) {
            return mask.size(0) == 1
                    ? mask.select(1, 0)
                    : mask.expand(q.size(0), q.size(1), 1, mask.size(3)).flatten(0, 1);
        }

        /** The memory of all weights. */
        long bytes() {
            return count * q.size(1) * k.size(1) * q.element_size();
        }

        Heads part(long first) {
            return new Heads(this, first);
        }

        Tensor part(Tensor all, long first) {
            return all.narrow(0, first, Math.min(atOnce, count - first));
        }

        /** Memory for numbers of all positions of a part, {@code (n, t, s)}. */
        Tensor scoresMemory() {
            return q.new_empty(Math.min(atOnce, count), q.size(1), k.size(1));
        }

        /** Softmax of the scores {@code (n, t, s)}. */
        Tensor weights() {
            Tensor scores = scoresMemory();
            product(scores, q, k.transpose(1, 2), scale);
            if (mask != null) {
                scores.add_(mask);
            }
            torch.softmax_out(scores, scores, -1);
            return scores;
        }
    }
}
