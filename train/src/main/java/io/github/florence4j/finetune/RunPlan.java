package io.github.florence4j.finetune;

import io.github.florence4j.data.LoaderPosition;
import org.jspecify.annotations.Nullable;

/**
 * How many examples, batches and steps a run has.
 *
 * @param samples records of one epoch; some may turn out to be unusable
 * @param batchSize examples that go through the model together
 * @param accumulation batches of one step
 * @param epochs passes over the data
 * @param maxSteps the most steps, or 0
 * @param totalSteps optimizer steps of the run: in the first epoch as many as there would be if every record were usable,
 *     then as many as the epoch before had
 */
record RunPlan(long samples, int batchSize, int accumulation, int epochs, long maxSteps, long totalSteps) {

    /** The plan of a configuration for that many samples and a batch size, found or given. */
    static RunPlan of(FineTuneConfig.Training training, long samples, int batchSize) {
        FineTuneConfig.require(samples > 0, "the training data has no records; expected one or more");
        int accumulation = training.globalBatch() == 0 ? training.accumulation() : training.globalBatch() / batchSize;
        long all = training.epochs() * stepsPerEpoch(samples, batchSize, accumulation);
        return new RunPlan(samples, batchSize, accumulation, training.epochs(), training.maxSteps(), all)
                .withTotal(all);
    }

    private RunPlan withTotal(long steps) {
        return new RunPlan(
                samples, batchSize, accumulation, epochs, maxSteps, maxSteps == 0 ? steps : Math.min(steps, maxSteps));
    }

    /** The plan after some epochs, of which the last says how many steps those to come will have. */
    RunPlan after(TrainingState.@Nullable EpochEnd end) {
        return end == null ? this : withTotal(end.step() + Math.max(0, epochs - end.epochs()) * end.steps());
    }

    /** Whether a run that has come this far is over. */
    boolean isDone(TrainingState state) {
        return state.position().epoch() >= epochs || (maxSteps > 0 && state.step() >= maxSteps);
    }

    private static long stepsPerEpoch(long samples, int batchSize, int accumulation) {
        return ceil(ceil(samples, batchSize), accumulation);
    }

    private static long ceil(long count, long size) {
        return (count + size - 1) / size;
    }

    /** Passes over the data up to a position, with their fraction. */
    double epochs(LoaderPosition position) {
        double within = (double) (position.window() + (long) position.delivered() * batchSize) / samples;
        return position.epoch() + Math.min(1, within);
    }
}
