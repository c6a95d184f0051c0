package io.github.florence4j.synth.dataset;

/** Is told how far the writing of a data set has come. */
@FunctionalInterface
public interface ProgressListener {
    /** Listens to nothing. */
    ProgressListener NONE = (done, total) -> {};

    /** Called after each document, on the thread that writes. */
    void documents(int done, int total);
}
