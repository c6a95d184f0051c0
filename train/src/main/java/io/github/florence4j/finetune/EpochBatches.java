package io.github.florence4j.finetune;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.BatchStream;
import io.github.florence4j.data.LoaderPosition;
import io.github.florence4j.data.SampleLoader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The batches of an epoch with a look ahead, so that a step knows whether it is the last of its epoch. */
final class EpochBatches implements AutoCloseable {
    private final BatchStream stream;
    private Optional<Batch> next;
    private LoaderPosition position;

    /** Reads on from a position. */
    EpochBatches(SampleLoader loader, LoaderPosition from) throws IOException {
        this.stream = loader.open(from);
        this.position = from;
        try {
            this.next = stream.next();
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
    }

    /** Whether the epoch has another batch. */
    boolean hasNext() {
        return next.isPresent();
    }

    /** The next batch. */
    Batch take() throws IOException {
        Batch batch = next.orElseThrow(NoSuchElementException::new);
        next = stream.next();
        position = next.isPresent() ? batch.after() : stream.position();
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

    /** Where reading goes on after the batches taken; after the last one, the start of the next epoch. */
    LoaderPosition position() {
        return position;
    }

    @Override
    public void close() {
        stream.close();
    }
}
