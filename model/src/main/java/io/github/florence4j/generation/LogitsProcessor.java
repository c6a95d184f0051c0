package io.github.florence4j.generation;

/** Changes next-token scores before a token is chosen. */
@FunctionalInterface
interface LogitsProcessor {
    /**
     * Changes {@code scores} in place.
     *
     * @param scores logits or log-probabilities
     * @param sequences the {@code r} sequences so far, of any lengths
     */
    void process(TokenScores scores, int[][] sequences);
}
