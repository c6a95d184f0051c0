package io.github.florence4j.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Decodes JPEG, PNG, GIF, BMP, TIFF and WebP to {@link RgbImage}: the bytes that Pillow's
 * {@code ImageOps.exif_transpose(image).convert("RGB")} gives, as transformers loads images.
 *
 * <p>Of several frames or pages the first is decoded; {@link ImagePages} gives all pages. Where the decoders differ from Pillow's is told
 * in {@code docs/decisions/0003-image-decoding.md}. Immutable and safe for concurrent use.
 */
public final class ImageDecoder {
    private final DecodeOptions options;

    /** A decoder with {@link DecodeOptions#DEFAULTS}. */
    public ImageDecoder() {
        this(DecodeOptions.DEFAULTS);
    }

    /** A decoder with these options. */
    public ImageDecoder(DecodeOptions options) {
        this.options = options;
    }

    /**
     * The picture in a file.
     *
     * @throws UnreadableImageException if the file is missing, not an image, damaged, cut off, or above the limits
     */
    public RgbImage decode(Path path) throws IOException {
        return decode(readFile(path, options), path.toString());
    }

    /**
     * The picture in the bytes of a file.
     *
     * @param file the whole file, not changed and not kept
     * @param name what messages call it
     * @throws UnreadableImageException if it is not an image, damaged, cut off, or above the limits
     */
    public RgbImage decode(byte[] file, String name) throws IOException {
        ImageFormat format = formatOf(file, name);
        if (format == ImageFormat.PDF) {
            throw new UnreadableImageException(name, "this is a PDF document, not an image");
        }
        try (FrameReader frames = FrameReader.open(name, file, format, options)) {
            return frames.read(0);
        }
    }

    static byte[] readFile(Path path, DecodeOptions options) throws UnreadableImageException {
        String name = path.toString();
        try {
            if (Files.isDirectory(path)) {
                throw new UnreadableImageException(name, "this is a directory, not an image file");
            }
            options.checkFile(name, Files.size(path));
            return Files.readAllBytes(path);
        } catch (UnreadableImageException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new UnreadableImageException(name, "there is no such file");
        } catch (IOException e) {
            throw new UnreadableImageException(name, "the file cannot be read", e);
        } catch (OutOfMemoryError e) {
            throw new UnreadableImageException(name, "the file needs more memory than the JVM has free", e);
        }
    }

    static ImageFormat formatOf(byte[] file, String name) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException(name, "the file is empty");
        }
        return ImageFormat.of(Arrays.copyOf(file, Math.min(file.length, ImageFormat.HEAD_BYTES)))
                .orElseThrow(() -> new UnreadableImageException(
                        name,
                        "this is no image: expected JPEG, PNG, GIF, BMP, TIFF or WebP (or PDF where pages are read)"));
    }
}
