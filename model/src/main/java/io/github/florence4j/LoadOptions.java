package io.github.florence4j;

import io.github.florence4j.torch.DType;

/**
 * How a checkpoint is held in memory, for as long as it is open.
 *
 * @param precision element type of the weights and of the arithmetic; {@code float32} in this version
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}; CUDA is untested
 * @param threads native threads that one request uses; 0 for one per core
 * @param lanes requests that are computed at the same time; further ones wait their turn
 */
public record LoadOptions(DType precision, String device, int threads, int lanes) {
    /** Single precision on the processor, all cores for one request at a time. */
    public static final LoadOptions DEFAULTS = new LoadOptions(DType.FLOAT32, "cpu", 0, 1);

    /** Checks the values; the message of the exception says what was expected. */
    public LoadOptions {
        if (precision != DType.FLOAT32) {
            throw new IllegalArgumentException("precision is " + precision + "; expected float32");
        }
        if (threads < 0) {
            throw new IllegalArgumentException("threads is " + threads + "; expected 0 (one per core) or more");
        }
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes is " + lanes + "; expected 1 or more");
        }
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
