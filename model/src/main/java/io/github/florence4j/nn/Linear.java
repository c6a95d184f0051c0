package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;

/** An affine map of the last axis: {@code (…, in) -> (…, out)}. */
@FunctionalInterface
public interface Linear {
    /** Applies the map; {@code regularization} says what a map with dropout of its own drops in this pass. */
    Tensor forward(Tensor x, Regularization regularization);

    /** Applies the map as in evaluation. */
    default Tensor forward(Tensor x) {
        return forward(x, Regularization.NONE);
    }
}
