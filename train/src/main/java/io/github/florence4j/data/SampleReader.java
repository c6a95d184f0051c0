package io.github.florence4j.data;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the records of a source one after the other, in one thread. */
public interface SampleReader extends AutoCloseable {
    /**
     * The next record, or null at the end.
     *
     * @throws IOException if the data itself cannot be read; a bad record is a {@link RejectedSample} instead
     */
    @Nullable
    Entry next() throws IOException;

    /** Ends reading; the source stays open. */
    @Override
    void close();
}
