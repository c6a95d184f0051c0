package io.github.florence4j.finetune;

import io.github.florence4j.data.LoaderPosition;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is, besides its tensors: what a checkpoint must hold so that the next step is the one that would have come.
 *
 * @param step optimizer steps done
 * @param position where reading goes on
 * @param examples examples learned from, repetitions counted
 * @param labelTokens label tokens learned from
 * @param seconds time spent, over all parts of an interrupted run
 * @param best the best validation so far, or none
 * @param worse validations since then
 * @param validationDue whether the run ended in the middle of the validation after this step
 * @param epochEnd the end of the last epoch, or none in the first
 */
public record TrainingState(
        long step,
        LoaderPosition position,
        long examples,
        long labelTokens,
        double seconds,
        @Nullable Best best,
        int worse,
        boolean validationDue,
        @Nullable EpochEnd epochEnd) {

    /**
     * The end of an epoch, from which the steps of those to come are told.
     *
     * @param epochs epochs done
     * @param step optimizer steps done
     * @param steps steps of the epoch that ended
     */
    public record EpochEnd(int epochs, long step, long steps) {}

    /**
     * The best validation so far.
     *
     * @param step after which step it was
     * @param metric what was measured
     * @param value its value
     * @param loss the loss of the same validation, which decides between equal values
     */
    public record Best(long step, String metric, double value, double loss) {}

    /** Before the first step. */
    public static final TrainingState START =
            new TrainingState(0, LoaderPosition.start(0), 0, 0, 0, null, 0, false, null);

    /** The state after another step. */
    TrainingState after(LoaderPosition next, long moreExamples, long moreTokens, double moreSeconds) {
        return new TrainingState(
                step + 1,
                next,
                examples + moreExamples,
                labelTokens + moreTokens,
                seconds + moreSeconds,
                best,
                worse,
                false,
                epochEnd);
    }

    /** The state at the end of an epoch, in which the position is at the start of the next. */
    TrainingState withEpochEnd() {
        EpochEnd before = epochEnd == null ? new EpochEnd(0, 0, 0) : epochEnd;
        boolean follows = before.epochs() == position.epoch() - 1; // not so where an older version saved the state
        return new TrainingState(
                step,
                position,
                examples,
                labelTokens,
                seconds,
                best,
                worse,
                validationDue,
                follows ? new EpochEnd(position.epoch(), step, step - before.step()) : null);
    }

    /** The state with another place in the data. */
    TrainingState at(LoaderPosition next) {
        return new TrainingState(step, next, examples, labelTokens, seconds, best, worse, validationDue, epochEnd);
    }

    /** The state with a validation of this step that is still to come, or has been. */
    TrainingState withValidationDue(boolean due) {
        return new TrainingState(step, position, examples, labelTokens, seconds, best, worse, due, epochEnd);
    }

    /** The state with a validation of this step that is the best. */
    TrainingState withBest(String metric, double value, double loss) {
        return new TrainingState(
                step,
                position,
                examples,
                labelTokens,
                seconds,
                new Best(step, metric, value, loss),
                0,
                false,
                epochEnd);
    }

    /** The state with a validation that is not the best. */
    TrainingState withWorse() {
        return new TrainingState(step, position, examples, labelTokens, seconds, best, worse + 1, false, epochEnd);
    }
}
