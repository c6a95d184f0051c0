package io.github.florence4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFolderTest {
    @TempDir
    private Path root;

    @Test
    void aFolderThatIsNotThereAppearsWithItsFiles() throws IOException {
        NewFolder.write(root.resolve("above/out"), "a test", NewFolderTest::fill);

        assertThat(names(root.resolve("above"))).containsExactly("out");
        assertThat(names(root.resolve("above/out"))).containsExactly("config.json", "model.safetensors", "notes");
    }

    /** Such as a volume of a container, which cannot be removed. */
    @Test
    void anEmptyFolderStaysAndIsFilled() throws IOException {
        Path out = Files.createDirectory(root.resolve("out"));
        Object before = Files.readAttributes(out, "fileKey").get("fileKey");

        NewFolder.write(out, "a test", NewFolderTest::fill);

        assertThat(Files.readAttributes(out, "fileKey").get("fileKey")).isEqualTo(before);
        assertThat(names(root)).containsExactly("out");
        assertThat(names(out)).containsExactly("config.json", "model.safetensors", "notes");
        assertThat(out.resolve("notes/one.txt")).hasContent("one");
    }

    @Test
    void nothingIsLeftOfWhatFails() throws IOException {
        Path empty = Files.createDirectory(root.resolve("empty"));
        for (Path out : List.of(empty, root.resolve("new"))) {
            assertThatThrownBy(() -> NewFolder.write(out, "a test", folder -> {
                        fill(folder);
                        throw new IOException("the disk is full");
                    }))
                    .hasMessage("the disk is full");
        }
        assertThat(names(root)).containsExactly("empty");
        assertThat(names(empty)).isEmpty();
    }

    @Test
    void whatAKilledProcessLeftIsNoFile() throws IOException {
        Path out = root.resolve("out");
        fill(out.resolve(".0f8fad5b-d9cb-469f-a165-70867728950e.part"));

        NewFolder.write(out, "a test", NewFolderTest::fill);

        assertThat(names(out)).containsExactly("config.json", "model.safetensors", "notes");
    }

    @Test
    void aFolderWithFilesIsRefused() throws IOException {
        Files.createFile(root.resolve("mine.txt"));
        assertThatThrownBy(() -> NewFolder.write(root, "a test", NewFolderTest::fill))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is there already; expected a new folder, or an empty one, for a test");
        assertThat(names(root)).containsExactly("mine.txt");
    }

    private static void fill(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("notes"));
        Files.writeString(folder.resolve("notes/one.txt"), "one");
        Files.writeString(folder.resolve("model.safetensors"), "weights");
        Files.writeString(folder.resolve("config.json"), "{}");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
