package io.github.florence4j.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The file formats that are read, told apart by their first bytes and never by the file name. */
enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    TIFF,
    BIG_TIFF,
    WEBP,
    PDF;

    /** The number of first bytes that {@link #of} looks at; a PDF header may stand anywhere in them. */
    static final int HEAD_BYTES = 1024;

    /** The format of a file that begins with {@code head}, or nothing if it is none of these. */
    static Optional<ImageFormat> of(byte[] head) {
        String text = new String(head, 0, Math.min(head.length, HEAD_BYTES), StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (text.startsWith("\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) {
            return Optional.of(GIF);
        }
        if (text.startsWith("BM")) {
            return Optional.of(BMP);
        }
        if (text.startsWith("II*\0") || text.startsWith("MM\0*")) {
            return Optional.of(TIFF);
        }
        if (text.startsWith("II+\0") || text.startsWith("MM\0+")) {
            return Optional.of(BIG_TIFF);
        }
        if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
            return Optional.of(WEBP);
        }
        return text.contains("%PDF-") ? Optional.of(PDF) : Optional.empty();
    }

    /** A new reader of this format; PDF has none. */
    ImageReader newReader() throws IOException {
        return switch (this) {
            case JPEG -> jpegReader();
            case TIFF -> new TIFFImageReaderSpi().createReaderInstance(null);
            case BIG_TIFF -> new BigTIFFImageReaderSpi().createReaderInstance(null);
            case WEBP -> new WebPImageReaderSpi().createReaderInstance(null);
            case PNG, GIF, BMP -> jdkReader(name());
            case PDF -> throw new IllegalArgumentException("a PDF document is rendered page by page, not decoded");
        };
    }

    /** The provider finds the reader of the JDK, on which it builds, only once it is registered. */
    private static synchronized ImageReader jpegReader() throws IOException {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        JPEGImageReaderSpi provider = registry.getServiceProviderByClass(JPEGImageReaderSpi.class);
        if (provider == null) {
            provider = new JPEGImageReaderSpi();
            registry.registerServiceProvider(provider, ImageReaderSpi.class);
        }
        return provider.createReaderInstance(null);
    }

    private static ImageReader jdkReader(String format) throws IOException {
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if (reader.getClass().getName().startsWith("com.sun.imageio.")) {
                return reader;
            }
        }
        throw new IOException("this Java runtime has no reader for " + format + " (module java.desktop)");
    }
}
