package io.github.florence4j.image;

import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageMetadata;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;

/**
 * Reads the frames of one image file that lies in memory. Every failure of a decoder comes out as {@link UnreadableImageException}.
 * Not safe for concurrent use.
 */
final class FrameReader implements ImagePages.Source {
    private static final int ORIENTATION = 274;

    private final String name;
    private final byte[] file;
    private final ImageFormat format;
    private final DecodeOptions options;
    private final ImageReader reader;
    private final List<String> warnings = new ArrayList<>();

    private FrameReader(String name, byte[] file, ImageFormat format, DecodeOptions options, ImageReader reader) {
        this.name = name;
        this.file = file;
        this.format = format;
        this.options = options;
        this.reader = reader;
    }

    /** A reader of {@code file}, which must be of {@code format} and is not copied. */
    static FrameReader open(String name, byte[] file, ImageFormat format, DecodeOptions options) throws IOException {
        options.checkFile(name, file.length);
        if (format == ImageFormat.WEBP) {
            WebpHeader.check(name, file);
        }
        FrameReader frames = new FrameReader(name, file, format, options, format.newReader());
        frames.reader.addIIOReadWarningListener((source, warning) -> frames.warnings.add(warning));
        boolean ignoreMetadata = format != ImageFormat.TIFF && format != ImageFormat.BIG_TIFF;
        frames.reader.setInput(new ByteArrayImageInputStream(file), false, ignoreMetadata);
        return frames;
    }

    /** The number of pages: those of a TIFF file, otherwise 1, since of an animation only the first frame is read. */
    @Override
    public int count() throws UnreadableImageException {
        if (!isTiff()) {
            return 1;
        }
        int count = guarded(() -> reader.getNumImages(true));
        if (count < 1) {
            throw new UnreadableImageException(name, "the TIFF file has no pages");
        }
        return count;
    }

    /** Decodes page {@code index}, upright if the options say so. */
    @Override
    public RgbImage read(int index) throws UnreadableImageException {
        return guarded(() -> {
            checkSize(index);
            warnings.clear();
            RgbImage image = decode(index);
            return options.applyOrientation() ? orientation(index).apply(image) : image;
        });
    }

    private void checkSize(int index) throws IOException {
        options.checkSize(name, reader.getWidth(index), reader.getHeight(index));
    }

    private RgbImage decode(int index) throws IOException {
        return switch (format) {
            case JPEG -> readJpeg();
            case GIF -> readGif();
            default -> {
                BufferedImage image = reader.read(index);
                yield RasterColours.convert(image.getRaster(), image.getColorModel());
            }
        };
    }

    private RgbImage readJpeg() throws IOException {
        JpegHeader header = JpegHeader.of(name, file);
        RgbImage image = JpegColours.convert(reader.readRaster(0, null), header.colours());
        for (String warning : warnings) {
            if (warning.startsWith("Truncated File")) {
                throw new UnreadableImageException(name, "the JPEG file is cut off");
            }
        }
        return image;
    }

    /** The first frame on the screen of the animation, which Pillow fills with the transparent colour or else colour 0. */
    private RgbImage readGif() throws IOException {
        GifFrame place = GifFrame.first(name, file);
        options.checkSize(name, place.shownWidth(), place.shownHeight());
        BufferedImage frame = reader.read(0);
        RgbImage image = RasterColours.convert(frame.getRaster(), frame.getColorModel());
        return place.covers(image) ? image : place.onScreen(image, (IndexColorModel) frame.getColorModel());
    }

    private Orientation orientation(int index) throws IOException {
        if (!isTiff()) {
            return OrientationTag.of(format, file);
        }
        IIOMetadata metadata = reader.getImageMetadata(index);
        Entry entry = metadata instanceof TIFFImageMetadata tiff ? tiff.getTIFFField(ORIENTATION) : null;
        return Orientation.ofTag(entry != null && entry.getValue() instanceof Number value ? value.intValue() : 1);
    }

    private boolean isTiff() {
        return format == ImageFormat.TIFF || format == ImageFormat.BIG_TIFF;
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    /** Decoders meet damaged files with exceptions of all kinds, hence the wide catch. */
    private <T> T guarded(Action<T> action) throws UnreadableImageException {
        String kind = format.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        try {
            return action.run();
        } catch (UnreadableImageException e) {
            throw e;
        } catch (EOFException e) {
            throw new UnreadableImageException(name, "the " + kind + " file is cut off", e);
        } catch (IOException | RuntimeException e) {
            throw new UnreadableImageException(name, "the " + kind + " file is damaged or of a kind not supported", e);
        } catch (OutOfMemoryError e) {
            throw new UnreadableImageException(
                    name, "the " + kind + " file needs more memory than the JVM has free", e);
        }
    }

    @Override
    public void close() {
        reader.dispose();
    }
}
