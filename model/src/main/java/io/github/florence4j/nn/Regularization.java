package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;

/** What training adds to a forward pass: dropout and stochastic depth. {@link #NONE} in evaluation. */
public interface Regularization {
    /** Evaluation: everything passes unchanged. */
    Regularization NONE = new Regularization() {
        @Override
        public Tensor dropout(Tensor x, double rate) {
            return x;
        }

        @Override
        public Tensor dropPath(Tensor branch, double rate) {
            return branch;
        }

        @Override
        public double attentionDropout(double rate) {
            return 0;
        }
    };

    /** Elements of {@code x} zeroed with chance {@code rate}, the others scaled by 1 / (1 - rate). */
    Tensor dropout(Tensor x, double rate);

    /** Whole samples of a residual branch zeroed with chance {@code rate}, the others scaled by 1 / (1 - rate). */
    Tensor dropPath(Tensor branch, double rate);

    /** The dropout rate that the attention kernel shall apply to its weights. */
    double attentionDropout(double rate);
}
