package io.github.florence4j.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Affine maps of one input, such as those to queries, keys and values. */
@FunctionalInterface
public interface LinearGroup {
    /** The result {@code (…, out)} of each map of {@code x (…, in)}, in order; they may be views of one tensor. */
    List<Tensor> forward(Tensor x, Regularization regularization);
}
