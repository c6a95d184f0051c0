package io.github.florence4j.generation;

/**
 * One decoded answer.
 *
 * @param ids the whole sequence, start token and {@code </s>} included, without padding
 * @param tokenScores log-probability of every id after the start token, after all processing; forced ids have 0
 * @param score sum of the token scores divided by their number to the power of the length penalty
 * @param truncated whether the length limit cut the answer short
 */
public record GeneratedSequence(int[] ids, float[] tokenScores, float score, boolean truncated) {}
