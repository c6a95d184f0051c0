package io.github.florence4j.packed;

import io.github.florence4j.nn.Linear;

/** A linear layer in packed form, for evaluation only: what {@code Regularization} says of training does not concern it. */
interface PackedLinear extends Linear, AutoCloseable {
    /** Frees the packed weights. */
    @Override
    void close();
}
