package io.github.florence4j.generation;

import org.bytedeco.pytorch.Tensor;

/** Changes next-token scores before a token is chosen. */
@FunctionalInterface
interface LogitsProcessor {
    /**
     * Changes {@code scores} in place.
     *
     * @param scores {@code (r, v)}, logits or log-probabilities
     * @param sequences the {@code r} sequences so far, all of one length
     */
    void process(Tensor scores, int[][] sequences);
}
