package io.github.florence4j.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways in which a snapshot's file can stand for its blob. */
enum SnapshotLink {
    /** A relative symbolic link, which survives a move of the cache. */
    SYMBOLIC {
        @Override
        void make(Path blob, Path pointer) throws IOException {
            Files.createSymbolicLink(pointer, folderOf(pointer).relativize(blob));
        }
    },
    /** A second name of the same file. */
    HARD {
        @Override
        void make(Path blob, Path pointer) throws IOException {
            Files.createLink(pointer, blob);
        }
    },
    /** A copy, which costs its size on disk. */
    COPY {
        @Override
        void make(Path blob, Path pointer) throws IOException {
            Path fresh = Files.createTempFile(folderOf(pointer), "copy", ".tmp");
            try {
                Files.copy(blob, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(fresh, pointer, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotLink.class);

    abstract void make(Path blob, Path pointer) throws IOException;

    /** Lets the pointer stand for the blob in the first of the given ways that the file system allows. */
    static void place(Path blob, Path pointer, List<SnapshotLink> ways) throws IOException {
        Files.createDirectories(folderOf(pointer));
        if (Files.isSymbolicLink(pointer) && !Files.exists(pointer)) {
            Files.deleteIfExists(pointer);
        }
        IOException failure = new IOException("no way of linking was allowed");
        for (SnapshotLink way : ways) {
            try {
                way.make(blob, pointer);
                return;
            } catch (FileAlreadyExistsException e) {
                return; // another process was faster
            } catch (IOException | UnsupportedOperationException e) {
                LOG.debug("No {} link from {} to {}", way, pointer, blob, e);
                failure = e instanceof IOException io ? io : new IOException(e);
            }
        }
        throw failure;
    }

    private static Path folderOf(Path pointer) {
        return Objects.requireNonNull(pointer.getParent(), "a pointer lies in a snapshot folder");
    }
}
