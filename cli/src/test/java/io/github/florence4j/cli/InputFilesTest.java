package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
    private final List<Path> skipped = new ArrayList<>();

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
        assertThat(expand(folder.toString(), false)).containsExactly(at("a.png"), at("b.JPG"), at("x[1].png"));
        assertThat(expand(folder.toString(), true))
                .containsExactly(at("a.png"), at("b.JPG"), at("deep/c.webp"), at("deep/er/d.png"), at("x[1].png"));
    }

    @Test
    void takesTheMatchesOfAGlob() throws IOException {
        assertThat(expand(at("*.{png,JPG}"), false)).containsExactly(at("a.png"), at("b.JPG"), at("x[1].png"));
        assertThat(expand(at("de*/*.webp"), false)).containsExactly(at("deep/c.webp"));
        assertThat(expand(at("**/*.png"), false)).containsExactly(at("deep/er/d.png"));
        assertThatThrownBy(() -> expand(at("*.gif"), false)).hasMessageContaining("no file matches");
    }

    @Test
    void takesANamedFileAsItIs() throws IOException {
        assertThat(expand(at("x[1].png"), false)).containsExactly(at("x[1].png"));
        assertThat(expand("missing.png", false)).containsExactly("missing.png");
    }

    @Test
    void takesAnInvalidGlobAsTheNameOfAFile() throws IOException {
        assertThat(expand(at("a[.png"), false)).containsExactly(at("a[.png"));
        assertThat(expand(at("{a,{b}}.png"), false)).containsExactly(at("{a,{b}}.png"));
    }

    @Test
    void followsLinksToFoldersButNotRoundInCircles() throws IOException {
        Path album = Files.createDirectory(folder.resolve("album"));
        Files.createSymbolicLink(album.resolve("linked"), folder.resolve("deep"));
        Files.createSymbolicLink(folder.resolve("deep/er/circle"), folder.resolve("deep"));

        assertThat(expand(album.toString(), true))
                .containsExactly(at("album/linked/c.webp"), at("album/linked/er/d.png"));
        assertThat(skipped).isEmpty();
    }

    @Test
    void skipsAFolderThatCannotBeRead() throws IOException {
        Path secret = folder.resolve("secret");
        InputFiles.Walk walk = new InputFiles.Walk(folder, file -> true, (path, e) -> skipped.add(path));

        assertThat(walk.visitFileFailed(secret, new AccessDeniedException("secret")))
                .isEqualTo(FileVisitResult.CONTINUE);

        assertThat(skipped).containsExactly(secret);
        assertThatThrownBy(() -> walk.visitFileFailed(folder, new AccessDeniedException("all")))
                .isInstanceOf(AccessDeniedException.class);
    }

    private Set<String> expand(String argument, boolean recursive) throws IOException {
        return InputFiles.expand(argument, recursive, (path, e) -> skipped.add(path));
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }
}
