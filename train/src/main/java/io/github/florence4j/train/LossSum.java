package io.github.florence4j.train;

/**
 * Cross-entropy added up over label tokens, so that micro-batches of unequal length weigh what they should.
 *
 * @param sum the sum in nats
 * @param tokens the number of labels that carry loss
 */
public record LossSum(double sum, long tokens) {
    /** Nothing added up yet. */
    public static final LossSum NONE = new LossSum(0, 0);

    /** Both together. */
    public LossSum plus(LossSum other) {
        return new LossSum(sum + other.sum, tokens + other.tokens);
    }

    /** The mean over label tokens; NaN when there are none. */
    public double mean() {
        return sum / tokens;
    }
}
