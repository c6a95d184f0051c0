package io.github.florence4j.cli;

import io.github.florence4j.image.RgbImage;
import java.util.ArrayList;
import java.util.List;

/** Pages that are computed together: a number of them, or fewer when their pixels would take too much memory. */
final class PageBatch {
    private static final int BYTES_PER_PIXEL = 3;

    private final int size;
    private final long maxBytes;
    private final List<PageReader.Page> pages = new ArrayList<>();
    private long bytes;

    /**
     * An empty batch.
     *
     * @param size the number of pages
     * @param maxBytes the bytes of pixels that make the batch full with fewer pages
     */
    PageBatch(int size, long maxBytes) {
        this.size = size;
        this.maxBytes = maxBytes;
    }

    /** A batch whose pixels leave room on the heap for those that are being read and those that are being drawn. */
    static PageBatch ofSize(int size) {
        return new PageBatch(size, Runtime.getRuntime().maxMemory() / 6);
    }

    void add(PageReader.Page page) {
        RgbImage image = page.image();
        pages.add(page);
        bytes += (long) image.width() * image.height() * BYTES_PER_PIXEL;
    }

    boolean isEmpty() {
        return pages.isEmpty();
    }

    boolean isFull() {
        return pages.size() >= size || bytes > maxBytes;
    }

    /** The pages; the batch is empty afterwards. */
    List<PageReader.Page> take() {
        List<PageReader.Page> taken = List.copyOf(pages);
        pages.clear();
        bytes = 0;
        return taken;
    }
}
