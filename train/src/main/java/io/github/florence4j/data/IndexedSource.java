package io.github.florence4j.data;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Data whose records are numbered and can be read in any order. Safe for concurrent callers. */
public interface IndexedSource extends SampleSource {
    /** The number of records in one pass. */
    long count();

    /**
     * The records with those numbers, in the order asked for.
     *
     * @param pass what is drawn is drawn for this pass
     * @param indices numbers from 0 to {@link #count} - 1; several at once are cheaper than one by one
     */
    List<Entry> read(Pass pass, long... indices) throws IOException;

    @Override
    default OptionalLong size() {
        return OptionalLong.of(count());
    }

    @Override
    default SampleReader open(Pass pass, long from) {
        return new SampleReader() {
            private static final int CHUNK = 32;
            private long next = from;
            private List<Entry> chunk = List.of();
            private int at;

            @Override
            public @Nullable Entry next() throws IOException {
                if (at == chunk.size()) {
                    long end = Math.min(count(), next + CHUNK);
                    if (next >= end) {
                        return null;
                    }
                    chunk = read(pass, LongStream.range(next, end).toArray());
                    next = end;
                    at = 0;
                }
                return chunk.get(at++);
            }

            @Override
            public void close() {}
        };
    }
}
