package io.github.florence4j.cli;

import io.github.florence4j.image.DecodeOptions;
import io.github.florence4j.image.ImagePages;
import io.github.florence4j.image.RgbImage;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Decodes files on a thread of its own, ahead of the computation. At most {@code ahead} pages wait to be taken, so that
 * memory is bounded.
 */
final class PageReader implements AutoCloseable {
    /** Tells pages that need not be decoded. */
    @FunctionalInterface
    interface Skip {
        /** Whether the page, counted from 1, is not needed. */
        boolean skips(String file, int page);
    }

    /** What comes out of the reader. */
    sealed interface Item {}

    /**
     * A decoded page.
     *
     * @param file the path as it was given
     * @param page number from 1
     * @param pages number of pages of the file
     * @param image the picture
     */
    record Page(String file, int page, int pages, RgbImage image) implements Item {}

    /**
     * A page, or a whole file, that cannot be read.
     *
     * @param file the path as it was given
     * @param page number from 1
     * @param sentence what is wrong
     */
    record Unreadable(String file, int page, String sentence) implements Item {}

    /**
     * The end of a file.
     *
     * @param file the path as it was given
     */
    record EndOfFile(String file) implements Item {}

    /** The end of all files. */
    record End() implements Item {}

    private final BlockingQueue<Item> queue;
    private final DecodeOptions options;
    private final Skip skip;
    private final Thread thread;

    /** Starts to read. */
    PageReader(List<String> files, DecodeOptions options, Skip skip, int ahead) {
        this.queue = new ArrayBlockingQueue<>(ahead);
        this.options = options;
        this.skip = skip;
        this.thread = new Thread(() -> readAll(files), "florence4j-decoder");
        thread.setDaemon(true);
        thread.start();
    }

    /** The next item, in the order of the files; waits for it. */
    Item next() throws InterruptedException {
        return queue.take();
    }

    private void readAll(List<String> files) {
        try {
            for (String file : files) {
                readFile(file);
                queue.put(new EndOfFile(file));
            }
        } catch (InterruptedException e) {
            queue.clear(); // closed early: nobody waits any more
        } finally {
            end();
        }
    }

    /** Whoever waits for the next item must not wait for ever, whatever happened to the files. */
    private void end() {
        try {
            queue.put(new End());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Errors count, too: a decoder that runs out of stack or lacks a class spoils its file and no other. */
    private void readFile(String file) throws InterruptedException {
        try (ImagePages pages = ImagePages.open(Path.of(file), options)) {
            for (int page = 1; page <= pages.count(); page++) {
                readPage(file, page, pages);
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            queue.put(new Unreadable(file, 1, Failures.sentence(e)));
        }
    }

    private void readPage(String file, int page, ImagePages pages) throws InterruptedException {
        Item item;
        try {
            if (skip.skips(file, page)) {
                return;
            }
            item = new Page(file, page, pages.count(), pages.read(page - 1));
        } catch (Throwable e) {
            item = new Unreadable(file, page, Failures.sentence(e));
        }
        queue.put(item);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
