package io.github.florence4j.packed;

import io.github.florence4j.nn.Convolution;

/** The product of a convolution in packed form, for evaluation only. */
interface PackedConvolution extends Convolution.Product, AutoCloseable {
    /** Frees the packed weights. */
    @Override
    void close();
}
