package io.github.florence4j.image;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The pages of an image file or document, decoded one at a time: every page of a TIFF file or PDF document, and one page of any other
 * image (of an animation, the first frame).
 *
 * <p>Holds the file open or in memory until closed. Not safe for concurrent use.
 */
public final class ImagePages implements AutoCloseable {
    private final Source source;
    private final String name;
    private final int count;

    private ImagePages(Source source, String name) throws IOException {
        this.source = source;
        this.name = name;
        this.count = source.count();
    }

    /** What pages come from. */
    interface Source extends AutoCloseable {
        int count() throws IOException;

        RgbImage read(int index) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Opens a file with {@link DecodeOptions#DEFAULTS}. */
    public static ImagePages open(Path path) throws IOException {
        return open(path, DecodeOptions.DEFAULTS);
    }

    /**
     * Opens an image file or a PDF document.
     *
     * @throws UnreadableImageException if the file is missing, neither an image nor a PDF document, damaged, encrypted, or above the limits
     */
    public static ImagePages open(Path path, DecodeOptions options) throws IOException {
        String name = path.toString();
        byte[] file = ImageDecoder.readFile(path, options);
        ImageFormat format = ImageDecoder.formatOf(file, name);
        Source source = format == ImageFormat.PDF
                ? PdfPages.open(name, file, options)
                : FrameReader.open(name, file, format, options);
        try {
            return new ImagePages(source, name);
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** The number of pages, at least 1. */
    public int count() {
        return count;
    }

    /**
     * Decodes or renders page {@code index}, which is 0 to {@link #count} - 1. Each call decodes anew.
     *
     * @throws UnreadableImageException if the page is damaged or above the limits; other pages may still be read
     * @throws IndexOutOfBoundsException if there is no such page
     */
    public RgbImage read(int index) throws IOException {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(name + " has " + count + " pages; there is no page of index " + index);
        }
        return source.read(index);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
