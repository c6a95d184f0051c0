package io.github.florence4j.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes image references of what data says about its pictures. */
final class ImageLocator {
    private final Path root;

    ImageLocator(Path root) {
        this.root = root;
    }

    /** The picture at a path of the data: absolute, or relative to the data root. */
    ImageRef file(String path) {
        try {
            return ImageRef.ofFile(root.resolve(path).normalize());
        } catch (InvalidPathException e) {
            return ImageRef.ofFile(root.resolve("(not a path)"));
        }
    }

    /** The picture of a parquet cell, or null when there is neither bytes nor path. Bytes are preferred. */
    @Nullable
    ImageRef cell(@Nullable Object bytes, @Nullable Object path, String fallbackName) {
        if (bytes instanceof byte[] encoded && encoded.length > 0) {
            return ImageRef.ofBytes(encoded, path == null ? fallbackName : path + " of " + fallbackName);
        }
        return path == null || path.toString().isEmpty() ? null : file(path.toString());
    }
}
