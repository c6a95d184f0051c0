package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void makeFiles() throws IOException {
        Files.createDirectories(folder.resolve("deep/er"));
        for (String name : new String[] {"b.JPG", "a.png", "notes.txt", "deep/c.webp", "deep/er/d.png", "x[1].png"}) {
            Files.createFile(folder.resolve(name));
        }
    }

    @Test
    void takesTheImagesOfAFolderInOrder() throws IOException {
        assertThat(InputFiles.expand(folder.toString(), false))
                .containsExactly(at("a.png"), at("b.JPG"), at("x[1].png"));
        assertThat(InputFiles.expand(folder.toString(), true))
                .containsExactly(at("a.png"), at("b.JPG"), at("deep/c.webp"), at("deep/er/d.png"), at("x[1].png"));
    }

    @Test
    void takesTheMatchesOfAGlob() throws IOException {
        assertThat(InputFiles.expand(at("*.{png,JPG}"), false))
                .containsExactly(at("a.png"), at("b.JPG"), at("x[1].png"));
        assertThat(InputFiles.expand(at("de*/*.webp"), false)).containsExactly(at("deep/c.webp"));
        assertThat(InputFiles.expand(at("**/*.png"), false)).containsExactly(at("deep/er/d.png"));
        assertThatThrownBy(() -> InputFiles.expand(at("*.gif"), false)).hasMessageContaining("no file matches");
    }

    @Test
    void takesANamedFileAsItIs() throws IOException {
        assertThat(InputFiles.expand(at("x[1].png"), false)).containsExactly(at("x[1].png"));
        assertThat(InputFiles.expand("missing.png", false)).containsExactly("missing.png");
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }
}
