package io.github.florence4j.cli;

import io.github.florence4j.image.DecodeOptions;
import io.github.florence4j.image.ImagePages;
import io.github.florence4j.image.RgbImage;
import java.io.IOException;
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
            queue.put(new End());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed early: nobody waits any more
        }
    }

    private void readFile(String file) throws InterruptedException {
        try (ImagePages pages = ImagePages.open(Path.of(file), options)) {
            for (int page = 1; page <= pages.count(); page++) {
                if (!skip.skips(file, page)) {
                    queue.put(readPage(file, page, pages));
                }
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            queue.put(new Unreadable(file, 1, Failures.sentence(e)));
        }
    }

    private static Item readPage(String file, int page, ImagePages pages) {
        try {
            return new Page(file, page, pages.count(), pages.read(page - 1));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return new Unreadable(file, page, Failures.sentence(e));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
