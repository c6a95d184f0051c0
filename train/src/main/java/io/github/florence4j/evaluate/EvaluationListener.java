package io.github.florence4j.evaluate;

import io.github.florence4j.data.RejectedSample;
import java.util.OptionalLong;

/** Hears how an evaluation goes, on its thread. */
public interface EvaluationListener {
    /** Hears nothing. */
    EvaluationListener NONE = new EvaluationListener() {};

    /**
     * Called after each batch.
     *
     * @param done samples that are through, rejected ones included
     * @param total samples in all, where it is known
     */
    default void progress(long done, OptionalLong total) {}

    /** Called for each sample that cannot be used: a bad record, an image that cannot be read, no fitting answer. */
    default void rejected(RejectedSample sample) {}
}
