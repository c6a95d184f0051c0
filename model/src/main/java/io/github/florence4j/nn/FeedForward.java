package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;

/** Two linear maps with the exact (erf) GELU between them. */
final class FeedForward {
    private final Linear fc1;
    private final Linear fc2;
    private final double activationDropout;

    FeedForward(Parameters parameters, double activationDropout) {
        this(parameters.linear("fc1"), parameters.linear("fc2"), activationDropout);
    }

    private FeedForward(Linear fc1, Linear fc2, double activationDropout) {
        this.fc1 = fc1;
        this.fc2 = fc2;
        this.activationDropout = activationDropout;
    }

    Tensor forward(Tensor x, Regularization regularization) {
        return fc1.forwardThrough(fc2, x, regularization, activationDropout);
    }

    /** As {@link Linear#forParts}. */
    FeedForward forParts() {
        return new FeedForward(fc1.forParts(), fc2.forParts(), activationDropout);
    }
}
