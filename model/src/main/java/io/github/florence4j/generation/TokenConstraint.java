package io.github.florence4j.generation;

import org.bytedeco.pytorch.Tensor;

/** Restricts the next token of one sample, by what its answer has so far. */
@FunctionalInterface
public interface TokenConstraint {
    /** Allows every token. */
    TokenConstraint NONE = ids -> null;

    /**
     * The tokens that may not follow: a boolean tensor {@code (v)}, true where forbidden, owned by the constraint; or
     * null when all may.
     *
     * @param ids the sequence so far, start token included
     */
    @org.jspecify.annotations.Nullable
    Tensor forbidden(int[] ids);
}
