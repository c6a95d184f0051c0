package io.github.florence4j.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Some records of a source, drawn by a seed without repetition and in the source's own order: the same seed draws the same
 * ones, whatever they are used for. Closing closes the source.
 */
public final class SubsetSource implements IndexedSource {
    private final IndexedSource source;
    private final long[] indices;

    /**
     * Draws records.
     *
     * @param count how many, at least 1; all of them when there are no more
     */
    public SubsetSource(IndexedSource source, long count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException("a subset has at least 1 record, not " + count);
        }
        this.source = source;
        Permutation order = new Permutation(source.count(), new Pass(seed, 0).key(0));
        this.indices = LongStream.range(0, Math.min(count, source.count()))
                .map(order::at)
                .sorted()
                .toArray();
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public long count() {
        return indices.length;
    }

    @Override
    public List<Entry> read(Pass pass, long... wanted) throws IOException {
        return source.read(
                pass, Arrays.stream(wanted).map(i -> indices[(int) i]).toArray());
    }

    @Override
    public void close() {
        source.close();
    }
}
