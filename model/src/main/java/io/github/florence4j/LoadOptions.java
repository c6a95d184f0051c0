package io.github.florence4j;

import io.github.florence4j.packed.Precision;

/**
 * How a checkpoint is held in memory, for as long as it is open.
 *
 * @param precision of the matrix products; on a GPU only {@link Precision#FP32}. A packed folder has its own, to which {@code
 *     FP32} and {@code AUTO} give way
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}; CUDA is untested
 * @param threads native threads that one request of this model uses, whatever other models take; 0 for {@code OMP_NUM_THREADS}, else one per
 *     core
 * @param lanes requests that are computed at the same time; further ones wait their turn
 */
public record LoadOptions(Precision precision, String device, int threads, int lanes) {
    /** Single precision on the processor, all cores for one request at a time. */
    public static final LoadOptions DEFAULTS = new LoadOptions(Precision.FP32, "cpu", 0, 1);

    /** Checks the values; the message of the exception says what was expected. */
    public LoadOptions {
        if (threads < 0) {
            throw new IllegalArgumentException("threads is " + threads + "; expected 0 (one per core) or more");
        }
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes is " + lanes + "; expected 1 or more");
        }
    }

    /** These options in another precision. */
    public LoadOptions withPrecision(Precision other) {
        return new LoadOptions(other, device, threads, lanes);
    }

    /** These options on another device. */
    public LoadOptions withDevice(String other) {
        return new LoadOptions(precision, other, threads, lanes);
    }

    /** These options with another number of native threads. */
    public LoadOptions withThreads(int other) {
        return new LoadOptions(precision, device, other, lanes);
    }

    /** These options with another number of lanes. */
    public LoadOptions withLanes(int other) {
        return new LoadOptions(precision, device, threads, other);
    }
}
