package io.github.florence4j.generation;

/** Tells whether an answer is complete although {@code </s>} has not come. */
@FunctionalInterface
public interface StopCondition {
    /** Only {@code </s>} and the length limit end an answer. */
    StopCondition NEVER = ids -> false;

    /** Whether the sequence of that start token and tokens is complete. */
    boolean isComplete(int[] ids);
}
