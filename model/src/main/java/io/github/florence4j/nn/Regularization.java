package io.github.florence4j.nn;

import io.github.florence4j.torch.Scopes;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * What training adds to a forward pass: dropout, stochastic depth, and what is kept for the gradients. {@link #NONE} in
 * evaluation.
 */
public interface Regularization {
    /** Evaluation: everything passes unchanged. */
    Regularization NONE = new Regularization() {
        @Override
        public Tensor dropout(Tensor x, double rate) {
            return x;
        }

        @Override
        public Tensor gelu(Tensor x, double rate) {
            return GradMode.is_enabled() ? torch.gelu(x) : torch.gelu_(x);
        }

        @Override
        public Tensor dropPath(Tensor branch, double rate) {
            return branch;
        }

        @Override
        public Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, double rate, boolean causal) {
            return Attention.scaledDotProduct(q, k, v, mask, causal);
        }

        @Override
        public Tensor layer(Tensor x, UnaryOperator<Tensor> layer) {
            return Scopes.keep(() -> layer.apply(x));
        }
    };

    /** Elements of {@code x} zeroed with chance {@code rate}, the others scaled by 1 / (1 - rate). */
    Tensor dropout(Tensor x, double rate);

    /** The exact (erf) GELU followed by dropout; {@code x} must not be needed afterwards. */
    Tensor gelu(Tensor x, double rate);

    /** Whole samples of a residual branch zeroed with chance {@code rate}, the others scaled by 1 / (1 - rate). */
    Tensor dropPath(Tensor branch, double rate);

    /**
     * Attention with scale {@code d^-1/2}: of q {@code (b, h, t, d)} over k, v {@code (b, h, s, d)}, its weights dropped
     * with chance {@code rate}.
     *
     * @param mask added to the scores, broadcast from {@code (b, 1, 1, s)}, or empty
     * @param causal whether position {@code i} sees only positions up to {@code i}
     */
    Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, double rate, boolean causal);

    /** Runs one layer of a stack. Training may do it again for the gradients, instead of keeping what is in the layer. */
    Tensor layer(Tensor x, UnaryOperator<Tensor> layer);

    /** A tensor in place of {@code x} that {@link #attend} or {@link #gelu} may depend on, and a residual besides. */
    default Tensor fork(Tensor x) {
        return x;
    }
}
