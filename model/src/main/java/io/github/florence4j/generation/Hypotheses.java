package io.github.florence4j.generation;

import java.util.List;

/** The answers of one sample in the making: rows of token ids that all have the same length. */
interface Hypotheses {
    /** What the next token is restricted to. */
    TokenConstraint constraint();

    /** The rows so far, start token included. */
    List<int[]> rows();

    /**
     * Takes a step.
     *
     * @param scores what the options have made of the scores of the next token of each row
     * @param endsHere for each row, whether the model itself would have ended there
     */
    void advance(TokenScores scores, boolean[] endsHere);

    /** For each row, that of the step before which it goes on. */
    int[] origins();

    /** Whether no further step can change the answers. */
    boolean isDone();

    /** The answers, best first. */
    List<GeneratedSequence> answers();
}
