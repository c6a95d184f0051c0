package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;

/** An affine map of the last axis: {@code (…, in) -> (…, out)}. */
@FunctionalInterface
public interface Linear {
    /** Applies the map. */
    Tensor forward(Tensor x);
}
