package io.github.florence4j.data;

import java.util.Arrays;
import java.util.List;

/** A source whose records are in memory; their images are not. */
public final class ListSource implements IndexedSource {
    private final String name;
    private final List<? extends Entry> entries;

    /** A source of these records, in this order. */
    public ListSource(String name, List<? extends Entry> entries) {
        this.name = name;
        this.entries = List.copyOf(entries);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return entries.size();
    }

    @Override
    public List<Entry> read(Pass pass, long... indices) {
        return Arrays.stream(indices)
                .<Entry>mapToObj(index -> entries.get(Math.toIntExact(index)))
                .toList();
    }
}
