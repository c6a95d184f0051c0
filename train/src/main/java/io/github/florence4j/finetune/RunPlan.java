package io.github.florence4j.finetune;

import io.github.florence4j.data.LoaderPosition;

/**
 * How many examples, batches and steps a run has.
 *
 * @param samples records of one epoch; some may turn out to be unusable
 * @param batchSize examples that go through the model together
 * @param accumulation batches of one step
 * @param epochs passes over the data
 * @param totalSteps optimizer steps of the run, if no record is unusable
 */
record RunPlan(long samples, int batchSize, int accumulation, int epochs, long totalSteps) {

    /** The plan of a configuration for that many samples and a batch size, found or given. */
    static RunPlan of(FineTuneConfig.Training training, long samples, int batchSize) {
        FineTuneConfig.require(samples > 0, "the training data has no records; expected one or more");
        int accumulation = training.globalBatch() == 0 ? training.accumulation() : training.globalBatch() / batchSize;
        long all = training.epochs() * stepsPerEpoch(samples, batchSize, accumulation);
        long total = training.maxSteps() == 0 ? all : Math.min(all, training.maxSteps());
        return new RunPlan(samples, batchSize, accumulation, training.epochs(), total);
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
