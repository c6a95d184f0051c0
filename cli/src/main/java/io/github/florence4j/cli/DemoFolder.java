package io.github.florence4j.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder that the demo fills. One that an earlier demo filled is emptied first, any other is refused. */
record DemoFolder(Path root) {
    private static final String MARK = "demo.json";

    Path documents() {
        return root.resolve("documents");
    }

    Path features() {
        return root.resolve("features");
    }

    Path checkpoint() {
        return root.resolve("model");
    }

    Path report() {
        return root.resolve("report");
    }

    /** A page of the test, to look at and to run things on. */
    Path page() {
        return root.resolve("page.png");
    }

    Path mark() {
        return root.resolve(MARK);
    }

    /** The questions of a split as a source of data. */
    String source(String split) {
        return "docvqa:" + documents().resolve(split + "-*.parquet");
    }

    /** Makes the folder, or empties it. */
    void begin() throws IOException {
        if (Files.isDirectory(root) && !Files.exists(mark()) && !isEmpty()) {
            throw new IllegalArgumentException(
                    root + " is not empty and no demo made it; expected a new folder (--output DIR)");
        }
        Files.createDirectories(root);
        for (Path old : List.of(documents(), features(), checkpoint(), report(), page())) {
            delete(old);
        }
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(root, ".*.part")) { // of one that was killed
            for (Path old : unfinished) {
                delete(old);
            }
        }
        Files.writeString(mark(), "{}\n");
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> inside = Files.list(root)) {
            return inside.findAny().isEmpty();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
