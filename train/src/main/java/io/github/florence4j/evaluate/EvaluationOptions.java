package io.github.florence4j.evaluate;

import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.Metric;
import java.util.List;
import java.util.OptionalLong;

/**
 * How a model is evaluated.
 *
 * @param metrics what is measured, the first being the principal one; none for what fits the data ({@link DefaultMetrics})
 * @param batchSize questions that are computed together, at least 1; in fp32 it does not change the answers
 * @param limit how many samples are drawn, the same ones for every model and prompt; empty for all
 * @param seed the seed of the samples drawn, and of what a source draws itself
 * @param bootstrap how the confidence intervals are drawn
 * @param threads threads that decode images, at least 1
 * @param workers batches that are computed side by side by who makes a predictor with these options, or {@link #AUTOMATIC}
 */
public record EvaluationOptions(
        List<Metric> metrics,
        int batchSize,
        OptionalLong limit,
        long seed,
        Bootstrap bootstrap,
        int threads,
        int workers) {
    /** What suits the model and the machine. */
    public static final int AUTOMATIC = 0;

    /** All samples, four at a time, with the metric that fits the data and 95 % intervals; seed 0. */
    public static final EvaluationOptions DEFAULTS = new EvaluationOptions(
            List.of(),
            4,
            OptionalLong.empty(),
            0,
            new Bootstrap(0),
            Runtime.getRuntime().availableProcessors(),
            AUTOMATIC);

    /** Checks the ranges. */
    public EvaluationOptions {
        metrics = List.copyOf(metrics);
        if (batchSize < 1) {
            throw new IllegalArgumentException("the batch size is " + batchSize + "; expected 1 or more");
        }
        if (limit.isPresent() && limit.getAsLong() < 1) {
            throw new IllegalArgumentException("the limit is " + limit.getAsLong() + " samples; expected 1 or more");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("there are " + threads + " decoding threads; expected 1 or more");
        }
        if (workers < 0) {
            throw new IllegalArgumentException(
                    "the workers are " + workers + "; expected 1 or more, or 0 for what suits the model");
        }
    }

    /** These options with other metrics. */
    public EvaluationOptions withMetrics(List<Metric> other) {
        return new EvaluationOptions(other, batchSize, limit, seed, bootstrap, threads, workers);
    }

    /** These options with another batch size. */
    public EvaluationOptions withBatchSize(int other) {
        return new EvaluationOptions(metrics, other, limit, seed, bootstrap, threads, workers);
    }

    /** These options on that many samples. */
    public EvaluationOptions withLimit(long samples) {
        return new EvaluationOptions(metrics, batchSize, OptionalLong.of(samples), seed, bootstrap, threads, workers);
    }

    /** These options with another seed, of the intervals too. */
    public EvaluationOptions withSeed(long other) {
        return new EvaluationOptions(
                metrics,
                batchSize,
                limit,
                other,
                new Bootstrap(other, bootstrap.resamples(), bootstrap.confidence()),
                threads,
                workers);
    }

    /** These options with other confidence intervals. */
    public EvaluationOptions withBootstrap(Bootstrap other) {
        return new EvaluationOptions(metrics, batchSize, limit, seed, other, threads, workers);
    }

    /** These options with other threads that decode images. */
    public EvaluationOptions withThreads(int other) {
        return new EvaluationOptions(metrics, batchSize, limit, seed, bootstrap, other, workers);
    }

    /** These options with other batches side by side. */
    public EvaluationOptions withWorkers(int other) {
        return new EvaluationOptions(metrics, batchSize, limit, seed, bootstrap, threads, other);
    }
}
