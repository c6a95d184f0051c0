package io.github.florence4j.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The records of one epoch in the order of that epoch. A source of known size is shuffled fully; of another, blocks of
 * consecutive records are, each in itself. For one thread.
 */
final class EntryOrder implements AutoCloseable {
    /** A record and its place in the order. */
    record Placed(long place, long index, Entry entry) {}

    private final SampleSource source;
    private final Pass pass;
    private final boolean shuffle;
    private final int blockSize;
    private @Nullable SampleReader reader;
    private long readerAt;
    private long blockNumber = -1;
    private List<Placed> block = List.of();

    EntryOrder(SampleSource source, Pass pass, boolean shuffle, int blockSize) {
        this.source = source;
        this.pass = pass;
        this.shuffle = shuffle;
        this.blockSize = blockSize;
    }

    /** The records at {@code count} places from {@code from}; fewer at the end of the epoch. */
    List<Placed> read(long from, int count) throws IOException {
        if (source instanceof IndexedSource indexed) {
            return indexed(
                    indexed,
                    LongStream.range(from, Math.min(indexed.count(), from + count))
                            .toArray());
        }
        List<Placed> records = new ArrayList<>(count);
        for (long place = from; place < from + count; place++) {
            Placed record = streamed(place);
            if (record == null) {
                break;
            }
            records.add(record);
        }
        return records;
    }

    /** The records at those places. */
    List<Placed> at(List<Long> places) throws IOException {
        if (source instanceof IndexedSource indexed) {
            return indexed(indexed, places.stream().mapToLong(Long::longValue).toArray());
        }
        List<Placed> records = new ArrayList<>(places.size());
        for (long place : places) {
            Placed record = streamed(place);
            if (record == null) {
                throw new InvalidDataException(source.name() + " has become shorter: there is no record " + place);
            }
            records.add(record);
        }
        return records;
    }

    private List<Placed> indexed(IndexedSource indexed, long... places) throws IOException {
        if (places.length == 0) {
            return List.of();
        }
        Permutation order = new Permutation(indexed.count(), pass.key(0));
        long[] indices = LongStream.of(places)
                .map(place -> shuffle ? order.at(place) : place)
                .toArray();
        List<Entry> entries = indexed.read(pass, indices);
        List<Placed> records = new ArrayList<>(places.length);
        for (int i = 0; i < places.length; i++) {
            records.add(new Placed(places[i], indices[i], entries.get(i)));
        }
        return records;
    }

    private @Nullable Placed streamed(long place) throws IOException {
        long number = place / blockSize;
        if (number != blockNumber) {
            block = readBlock(number);
            blockNumber = number;
        }
        int at = (int) (place % blockSize);
        return at < block.size() ? block.get(at) : null;
    }

    private List<Placed> readBlock(long number) throws IOException {
        long first = number * blockSize;
        SampleReader records = readerAt(first);
        List<Entry> entries = new ArrayList<>();
        while (entries.size() < blockSize) {
            Entry entry = records.next();
            if (entry == null) {
                break;
            }
            entries.add(entry);
        }
        readerAt += entries.size();
        Permutation order = new Permutation(entries.size(), pass.key(number));
        List<Placed> placed = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            int from = shuffle ? (int) order.at(i) : i;
            placed.add(new Placed(first + i, first + from, entries.get(from)));
        }
        return placed;
    }

    private SampleReader readerAt(long record) throws IOException {
        SampleReader open = reader;
        if (open != null && readerAt == record) {
            return open;
        }
        close();
        SampleReader opened = source.open(pass, record);
        reader = opened;
        readerAt = record;
        return opened;
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
