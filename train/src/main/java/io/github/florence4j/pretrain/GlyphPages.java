package io.github.florence4j.pretrain;

import io.github.florence4j.data.SynthPages;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.synth.page.Page;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Pages with the characters under their visual tokens, batch by batch; some are drawn ahead on other threads. */
final class GlyphPages implements AutoCloseable {
    private static final int BATCHES_AHEAD = 3;
    private static final int THREADS = 2;

    private final SynthPages pages;
    private final ImageProcessor processor;
    private final GlyphMap map;
    private final int batchSize;
    private final ExecutorService threads;
    private final Deque<Future<Drawn>> ahead = new ArrayDeque<>();
    private long next;

    @SuppressWarnings("ArrayRecordComponent") // handed over without a copy and not changed afterwards
    private record Drawn(float[] pixels, long[] classes) {}

    /**
     * A batch.
     *
     * @param pixels {@code (b, 3, height, width)}
     * @param classes {@code (b, y, x, slots)}
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over without a copy and not changed afterwards
    record GlyphBatch(float[] pixels, long[] classes) {}

    /** The pages from {@code first} on; behind the last one comes the first again. */
    GlyphPages(SynthPages pages, ImageProcessor processor, GlyphMap map, int batchSize, long first) {
        this.pages = pages;
        this.processor = processor;
        this.map = map;
        this.batchSize = batchSize;
        this.next = first;
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "florence4j-pages");
            thread.setDaemon(true);
            return thread;
        });
        drawAhead();
    }

    private void drawAhead() {
        while (ahead.size() < BATCHES_AHEAD * batchSize) {
            long index = next++ % pages.count();
            ahead.add(threads.submit(() -> {
                Page page = pages.page(index);
                return new Drawn(processor.process(page.raster().toRgbImage()), map.classes(page));
            }));
        }
    }

    /** The next batch. */
    GlyphBatch take() {
        List<Drawn> drawn = new ArrayList<>(batchSize);
        for (int i = 0; i < batchSize; i++) {
            drawn.add(result(ahead.remove()));
        }
        drawAhead();
        int pixels = drawn.get(0).pixels().length;
        int classes = drawn.get(0).classes().length;
        GlyphBatch batch = new GlyphBatch(new float[batchSize * pixels], new long[batchSize * classes]);
        for (int i = 0; i < batchSize; i++) {
            System.arraycopy(drawn.get(i).pixels(), 0, batch.pixels(), i * pixels, pixels);
            System.arraycopy(drawn.get(i).classes(), 0, batch.classes(), i * classes, classes);
        }
        return batch;
    }

    private static Drawn result(Future<Drawn> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("drawing pages was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a page could not be drawn: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
