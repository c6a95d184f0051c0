package io.github.florence4j.finetune;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.BatchStream;
import io.github.florence4j.data.LoaderPosition;
import io.github.florence4j.data.SampleLoader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The batches of an epoch with a look ahead, so that a step knows whether it is the last of its epoch. Empty batches are given
 * like others, but for those at the end: as long as there is a next batch, there is an example to come.
 */
final class EpochBatches implements AutoCloseable {
    private final BatchStream stream;
    private final Deque<Batch> ahead = new ArrayDeque<>();
    private LoaderPosition position;

    /** Reads on from a position. */
    EpochBatches(SampleLoader loader, LoaderPosition from) throws IOException {
        this.stream = loader.open(from);
        this.position = from;
        try {
            look();
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
    }

    /** Whether the epoch has another batch. */
    boolean hasNext() {
        return !ahead.isEmpty();
    }

    /** The next batch. */
    Batch take() throws IOException {
        Batch batch = ahead.remove();
        if (ahead.isEmpty()) {
            look();
        }
        position = ahead.isEmpty() ? stream.position() : batch.after();
        return batch;
    }

    /** The next batches, fewer where the epoch ends. */
    List<Batch> take(int most) throws IOException {
        List<Batch> taken = new ArrayList<>();
        while (taken.size() < most && hasNext()) {
            taken.add(take());
        }
        return taken;
    }

    /** Reads up to the next batch with examples. */
    private void look() throws IOException {
        Optional<Batch> next = stream.next();
        while (next.isPresent() && next.get().isEmpty()) {
            ahead.add(next.get());
            next = stream.next();
        }
        next.ifPresentOrElse(ahead::add, ahead::clear);
    }

    /** Where reading goes on after the batches taken; after the last one, the start of the next epoch. */
    LoaderPosition position() {
        return position;
    }

    @Override
    public void close() {
        stream.close();
    }
}
