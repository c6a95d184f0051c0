package io.github.florence4j.data;

import io.github.florence4j.data.BatchPlanner.Plan;
import io.github.florence4j.data.SampleEncoder.Encoded;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of one epoch, made in the background: one thread plans, others decode, and at most
 * {@link LoaderOptions#prefetch} examples are ahead of the taker. For one taking thread; closing ends the threads.
 */
public final class BatchStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BatchStream.class);
    private static final int SECONDS_TO_END = 30;

    /** A planned batch whose pictures are under way; without a plan it is the end, with or without an error. */
    private record Pending(@Nullable Plan plan, List<Future<PixelReader.Result>> pictures, @Nullable Throwable error) {}

    private final LoaderOptions options;
    private final RejectionListener listener;
    private final PixelReader pixels;
    private final Semaphore room;
    private final BlockingQueue<Pending> pending = new LinkedBlockingQueue<>();
    private final ExecutorService decoders;
    private final ExecutorService planning;
    private final int epoch;
    private LoaderPosition position;
    private boolean ended;

    private BatchStream(
            PixelReader pixels, LoaderOptions options, LoaderPosition position, RejectionListener listener) {
        this.pixels = pixels;
        this.options = options;
        this.epoch = position.epoch();
        this.position = position;
        this.listener = listener;
        this.room = new Semaphore(options.prefetch());
        this.decoders = Executors.newFixedThreadPool(options.threads(), threads("florence4j-decode"));
        this.planning = Executors.newSingleThreadExecutor(threads("florence4j-data"));
    }

    static BatchStream start(
            SampleSource source,
            SampleEncoder encoder,
            PixelReader pixels,
            LoaderOptions options,
            LoaderPosition position,
            RejectionListener listener) {
        BatchStream stream = new BatchStream(pixels, options, position, listener);
        stream.planning.execute(() -> stream.plan(source, encoder, position));
        return stream;
    }

    private static ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private void plan(SampleSource source, SampleEncoder encoder, LoaderPosition start) {
        Throwable error = null;
        try (EntryOrder order = new EntryOrder(
                source, new Pass(options.seed(), start.epoch()), options.shuffle(), options.shuffleWindow())) {
            BatchPlanner planner = new BatchPlanner(order, encoder, options, start);
            for (Plan plan = planner.next(); plan != null; plan = planner.next()) {
                room.acquire(plan.samples().size());
                List<Future<PixelReader.Result>> pictures =
                        new ArrayList<>(plan.samples().size());
                for (Encoded sample : plan.samples()) {
                    pictures.add(decoders.submit(() -> pixels.read(sample)));
                }
                pending.add(new Pending(plan, pictures, null));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            error = e;
        } catch (IOException | RuntimeException | Error e) {
            error = e;
        }
        pending.add(new Pending(null, List.of(), error));
    }

    /**
     * The next batch, or nothing at the end of the epoch. It is empty where none of its pictures could be read.
     *
     * @throws IOException if the data itself cannot be read any further; bad records go to the listener instead
     */
    public Optional<Batch> next() throws IOException {
        while (!ended) {
            Pending taken = take();
            Plan plan = taken.plan();
            if (plan == null) {
                end(taken.error());
            } else {
                plan.rejected().forEach(listener::rejected);
                List<Example> examples = examples(taken);
                position = plan.after();
                if (!plan.samples().isEmpty()) {
                    return Optional.of(new Batch(examples, position));
                }
            }
        }
        return Optional.empty();
    }

    private Pending take() throws InterruptedIOException {
        try {
            return pending.take();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void end(@Nullable Throwable error) throws IOException {
        ended = true;
        if (error instanceof IOException io) {
            throw io;
        }
        if (error != null) {
            throw new IllegalStateException("reading the data failed: " + error.getMessage(), error);
        }
        position = LoaderPosition.start(epoch + 1);
    }

    private List<Example> examples(Pending taken) throws IOException {
        List<Example> examples = new ArrayList<>(taken.pictures().size());
        for (Future<PixelReader.Result> picture : taken.pictures()) {
            PixelReader.Result result = result(picture);
            if (result instanceof PixelReader.Read read) {
                examples.add(read.example());
            } else {
                listener.rejected(((PixelReader.Unreadable) result).rejected());
            }
        }
        room.release(taken.pictures().size());
        return examples;
    }

    private static PixelReader.Result result(Future<PixelReader.Result> picture) throws IOException {
        try {
            return picture.get();
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an image could not be decoded: " + e.getCause(), e.getCause());
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("reading the data was interrupted");
    }

    /** Where reading goes on after the batches taken so far; after the last one, the start of the next epoch. */
    public LoaderPosition position() {
        return position;
    }

    /** Ends the threads and waits for the one that reads the source; batches not taken are lost, and {@link #position} stays. */
    @Override
    public void close() {
        planning.shutdownNow();
        decoders.shutdownNow();
        try {
            if (!planning.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS)) {
                LOG.warn("the thread that reads the data is still busy after {} s", SECONDS_TO_END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
