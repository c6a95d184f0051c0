package io.github.florence4j.data;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * Data that can be read from anywhere, sample by sample. A source that knows its size should be an {@link IndexedSource}:
 * only those can be shuffled fully and mixed.
 */
public interface SampleSource extends AutoCloseable {
    /** What messages and reports call it. */
    String name();

    /** The number of records in one pass, where it is known without reading all of them. */
    OptionalLong size();

    /**
     * Starts reading.
     *
     * @param pass what is drawn is drawn for this pass
     * @param from how many records to leave out at the start, for continuing
     * @throws IOException if the data cannot be read at all
     */
    SampleReader open(Pass pass, long from) throws IOException;

    /** Frees what reading needs. */
    @Override
    default void close() {}
}
