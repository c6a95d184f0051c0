package io.github.florence4j.data;

/** Hears of every record that was left out. */
@FunctionalInterface
public interface RejectionListener {
    /** Called once for each rejected record, in the order of the data, by the thread that takes the batches. */
    void rejected(RejectedSample sample);
}
