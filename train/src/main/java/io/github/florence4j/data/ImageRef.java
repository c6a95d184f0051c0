package io.github.florence4j.data;

import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.image.UnreadableImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A picture that is not decoded yet: the bytes of an image file, or its path. Immutable; a file is read anew each time.
 */
public final class ImageRef {
    private final String name;
    private final byte @Nullable [] encoded;
    private final @Nullable Path path;

    private ImageRef(String name, byte @Nullable [] encoded, @Nullable Path path) {
        this.name = name;
        this.encoded = encoded;
        this.path = path;
    }

    /**
     * A picture whose encoded file is in memory.
     *
     * @param encoded the whole PNG, JPEG, … file, which the caller hands over
     * @param name what messages call it
     */
    public static ImageRef ofBytes(byte[] encoded, String name) {
        return new ImageRef(name, encoded, null);
    }

    /** A picture in a file, which need not exist until it is read. */
    public static ImageRef ofFile(Path path) {
        return new ImageRef(path.toString(), null, path);
    }

    /** What messages call it: the path, or the name that the data gives. */
    public String name() {
        return name;
    }

    /**
     * The encoded file; not to be written to.
     *
     * @throws UnreadableImageException if the file is missing or cannot be read
     */
    public byte[] bytes() throws IOException {
        if (path == null) {
            return Objects.requireNonNull(encoded);
        }
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new UnreadableImageException(name, "there is no such file");
        } catch (IOException e) {
            throw new UnreadableImageException(name, "the file cannot be read", e);
        }
    }

    /** The path, or null where the bytes are in memory. */
    public @Nullable Path path() {
        return path;
    }

    /** The SHA-256 of the encoded file in lower-case hexadecimal, 64 characters: the same picture file has the same hash. */
    public String sha256() throws IOException {
        return sha256(bytes());
    }

    /** The decoded picture. */
    public RgbImage decode(ImageDecoder decoder) throws IOException {
        return decoder.decode(bytes(), name);
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
