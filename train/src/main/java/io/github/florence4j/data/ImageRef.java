package io.github.florence4j.data;

import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.image.UnreadableImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A picture that is not decoded yet: the bytes of an image file, or its path; or one that never was a file. Immutable; a
 * file is read anew each time.
 */
public final class ImageRef {
    private final String name;
    private final byte @Nullable [] encoded;
    private final @Nullable Path path;
    private final @Nullable RgbImage image;

    private ImageRef(String name, byte @Nullable [] encoded, @Nullable Path path, @Nullable RgbImage image) {
        this.name = name;
        this.encoded = encoded;
        this.path = path;
        this.image = image;
    }

    /**
     * A picture whose encoded file is in memory.
     *
     * @param encoded the whole PNG, JPEG, … file, which the caller hands over
     * @param name what messages call it
     */
    public static ImageRef ofBytes(byte[] encoded, String name) {
        return new ImageRef(name, encoded, null, null);
    }

    /** A picture in a file, which need not exist until it is read. */
    public static ImageRef ofFile(Path path) {
        return new ImageRef(path.toString(), null, path, null);
    }

    /**
     * A picture that was drawn, not decoded.
     *
     * @param name what messages call it; another one for each picture, for its hash is made from it
     */
    public static ImageRef ofImage(RgbImage image, String name) {
        return new ImageRef(name, null, null, image);
    }

    /** What messages call it: the path, or the name that the data gives. */
    public String name() {
        return name;
    }

    /**
     * The encoded file, a PNG file for a drawn picture; not to be written to.
     *
     * @throws UnreadableImageException if the file is missing or cannot be read
     */
    public byte[] bytes() throws IOException {
        if (image != null) {
            return png(image);
        }
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

    /** The SHA-256 of the encoded file in lower-case hexadecimal, 64 characters: the same picture file has the same hash. That of a drawn picture is its name's. */
    public String sha256() throws IOException {
        return image == null ? sha256(bytes()) : sha256(name.getBytes(StandardCharsets.UTF_8));
    }

    /** The decoded picture. */
    public RgbImage decode(ImageDecoder decoder) throws IOException {
        return image == null ? decoder.decode(bytes(), name) : image;
    }

    /** The picture if it was drawn and need not be decoded. */
    @Nullable
    RgbImage drawn() {
        return image;
    }

    private static byte[] png(RgbImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image.toBufferedImage(), "png", out);
        return out.toByteArray();
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
