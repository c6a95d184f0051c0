package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;

/** Two linear maps with the exact (erf) GELU between them. */
final class FeedForward {
    private final Linear fc1;
    private final Linear fc2;
    private final double activationDropout;

    FeedForward(Parameters parameters, double activationDropout) {
        this.fc1 = parameters.linear("fc1");
        this.fc2 = parameters.linear("fc2");
        this.activationDropout = activationDropout;
    }

    Tensor forward(Tensor x, Regularization regularization) {
        return fc2.forward(fc1.forwardGelu(x, regularization, activationDropout), regularization);
    }
}
