package io.github.florence4j.data;

/** What a reader gives for one record of the data: a {@link Sample}, or a {@link RejectedSample} that says why there is none. */
public sealed interface Entry permits Sample, RejectedSample {
    /** What the data calls the record; messages and reports name it so. */
    String id();
}
