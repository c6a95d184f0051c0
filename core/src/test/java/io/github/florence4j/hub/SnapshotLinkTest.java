package io.github.florence4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotLinkTest {
    @TempDir
    private Path folder;

    private Path blob;
    private Path pointer;

    @BeforeEach
    void makeBlob() throws IOException {
        blob = Files.writeString(
                Files.createDirectories(folder.resolve("blobs")).resolve("etag"), "content");
        pointer = folder.resolve("snapshots/commit/sub/file");
    }

    @Test
    void linksRelativelySoThatTheCacheCanBeMoved() throws IOException {
        SnapshotLink.place(blob, pointer, List.of(SnapshotLink.values()));

        assertThat(Files.readSymbolicLink(pointer)).isEqualTo(Path.of("../../../blobs/etag"));
        assertThat(pointer).hasContent("content");
    }

    @Test
    void makesAHardLinkOrACopyWhereSymbolicLinksAreNotAllowed() throws IOException {
        SnapshotLink.place(blob, pointer, List.of(SnapshotLink.HARD));
        assertThat(Files.isSameFile(blob, pointer)).isTrue();
        assertThat(Files.isSymbolicLink(pointer)).isFalse();

        Path copy = pointer.resolveSibling("copy");
        SnapshotLink.place(blob, copy, List.of(SnapshotLink.COPY));
        assertThat(Files.isSameFile(blob, copy)).isFalse();
        assertThat(copy).hasContent("content");
    }

    @Test
    void goesOnToTheNextWayWhenOneFails() throws IOException {
        Path onlyCopied = Files.createDirectories(folder.resolve("dir"));
        SnapshotLink.place(onlyCopied, pointer, List.of(SnapshotLink.HARD, SnapshotLink.SYMBOLIC));

        assertThat(Files.isSymbolicLink(pointer)).isTrue();
    }

    @Test
    void replacesALinkWhoseBlobIsGone() throws IOException {
        Files.createDirectories(pointer.getParent());
        Files.createSymbolicLink(pointer, Path.of("../../../blobs/gone"));
        SnapshotLink.place(blob, pointer, List.of(SnapshotLink.values()));

        assertThat(pointer).hasContent("content");
    }

    @Test
    void leavesALinkThatIsThereAlready() throws IOException {
        SnapshotLink.place(blob, pointer, List.of(SnapshotLink.values()));
        SnapshotLink.place(blob, pointer, List.of(SnapshotLink.values()));

        assertThat(pointer).hasContent("content");
    }
}
