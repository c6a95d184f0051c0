package io.github.florence4j.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** An output folder that appears whole or not at all: it is filled beside its place and then moved there. */
public final class NewFolder {
    /** What fills it. */
    @FunctionalInterface
    public interface Filling {
        /** Writes into {@code folder}, making it first. */
        void write(Path folder) throws IOException;
    }

    private NewFolder() {}

    /**
     * Makes {@code output}.
     *
     * @param output must not exist, or be empty
     * @param purpose what it is for, such as {@code the merged checkpoint}; for the message
     * @throws IllegalArgumentException when it has files in it
     */
    public static void write(Path output, String purpose, Filling filling) throws IOException {
        Path target = output.toAbsolutePath().normalize();
        requireEmpty(target, purpose);
        Files.createDirectories(target.getParent());
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            filling.write(beside);
            Files.deleteIfExists(target);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(beside);
        }
    }

    private static void requireEmpty(Path target, String purpose) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                empty = files.findAny().isEmpty();
            }
        }
        if (!empty) {
            throw new IllegalArgumentException(
                    target + " is there already; expected a new folder, or an empty one, for " + purpose);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }
}
