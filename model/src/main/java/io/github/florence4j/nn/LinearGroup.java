package io.github.florence4j.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Affine maps of one input, such as those to queries, keys and values. */
@FunctionalInterface
public interface LinearGroup {
    /** The result {@code (…, out)} of each map of {@code x (…, in)}, in order; they may be views of one tensor. */
    List<Tensor> forward(Tensor x, Regularization regularization);

    /**
     * The maps of this pass as matrices {@code (out, in + k)}, for inputs that end in a one and {@code k - 1} zeros; an
     * empty list where they are more than that, or where they are better applied as they are.
     */
    default List<Tensor> matrices(Regularization regularization) {
        return List.of();
    }
}
