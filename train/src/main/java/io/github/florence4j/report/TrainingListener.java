package io.github.florence4j.report;

import java.util.List;

/**
 * Is told how a training run goes, on the training thread. It must return soon; what it throws ends the run. By default it
 * ignores everything.
 */
public interface TrainingListener {

    /**
     * Training begins or goes on.
     *
     * @param totalSteps optimizer steps of the whole run
     * @param firstStep the step that comes next: 1 for a new run
     * @param sentences what people should know beforehand: parameters trained, size of the cache and the like
     */
    default void started(long totalSteps, long firstStep, List<String> sentences) {}

    /**
     * An optimizer step is done.
     *
     * @param totalSteps optimizer steps of the whole run
     */
    default void step(TrainingPoint point, long totalSteps) {}

    /**
     * A validation is under way.
     *
     * @param done samples answered
     * @param total samples to answer
     */
    default void validating(long done, long total) {}

    /** A validation is done. */
    default void validated(ValidationPoint point) {}

    /** Something worth knowing happened: a checkpoint was saved, samples were rejected. */
    default void notice(String sentence) {}
}
