package io.github.florence4j;

import io.github.florence4j.generation.GeneratedSequence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a prompt, kept until it is asked for. For one thread that computes and one that asks. */
final class Computed implements Asked.Outcome {
    private final Runnable done;
    private @Nullable List<GeneratedSequence> sequences;
    private @Nullable Throwable failure;
    private double visionMillis;
    private double generateMillis;

    /** Nothing yet; {@code done} is run when there is something. */
    Computed(Runnable done) {
        this.done = done;
    }

    @Override
    public synchronized void answered(List<GeneratedSequence> found, double vision, double generate) {
        sequences = found;
        visionMillis = vision;
        generateMillis = generate;
        done.run();
    }

    @Override
    public synchronized void failed(Throwable cause) {
        failure = cause;
        done.run();
    }

    /**
     * The answers, best first.
     *
     * @throws IllegalArgumentException when the prompt cannot be asked
     * @throws InferenceException when memory or the native library failed
     */
    synchronized List<GeneratedSequence> sequences() {
        if (failure instanceof IllegalArgumentException invalid) {
            throw invalid;
        }
        if (failure != null) {
            throw InferenceException.of(failure);
        }
        if (sequences == null) {
            throw new IllegalStateException("the prompt was not computed");
        }
        return sequences;
    }

    /** Timings with that of preparing the picture and without that of reading the answer. */
    synchronized Timings timings(double preprocessMillis) {
        return new Timings(preprocessMillis, visionMillis, generateMillis, 0);
    }
}
