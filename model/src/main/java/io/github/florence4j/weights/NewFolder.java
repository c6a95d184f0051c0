package io.github.florence4j.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An output folder that appears whole or not at all: it is filled beside its place and then moved there. One that is there already and
 * empty, such as a volume of a container, stays, and the files are moved into it from a folder within, those with weights last, so that no
 * other moment shows a folder that loads. What a killed process left within goes with the next.
 */
public final class NewFolder {
    private static final String PART = ".part";
    private static final Pattern LEFT_OVER = Pattern.compile("\\.[0-9a-f-]{36}\\.part");

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
        boolean exists = Files.exists(target);
        if (exists) {
            for (Path left : inside(target)) {
                delete(left);
            }
        }
        Files.createDirectories(exists ? target : target.getParent());
        Path beside = exists
                ? target.resolve("." + UUID.randomUUID() + PART)
                : target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + PART);
        try {
            filling.write(beside);
            if (exists) {
                moveInto(target, beside);
            } else {
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            delete(beside);
        }
    }

    private static void moveInto(Path target, Path beside) throws IOException {
        List<Path> moved = new ArrayList<>();
        try {
            for (Path file : weightsLast(beside)) {
                Path place = target.resolve(file.getFileName());
                Files.move(file, place);
                moved.add(place);
            }
        } catch (IOException e) {
            for (Path file : moved) {
                delete(file);
            }
            throw e;
        }
    }

    private static List<Path> weightsLast(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.comparing(
                            (Path file) -> file.getFileName().toString().endsWith(".safetensors")))
                    .toList();
        }
    }

    private static void requireEmpty(Path target, String purpose) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        boolean empty = Files.isDirectory(target) && inside(target).stream().allMatch(NewFolder::isLeftOver);
        if (!empty) {
            throw new IllegalArgumentException(
                    target + " is there already; expected a new folder, or an empty one, for " + purpose);
        }
    }

    private static List<Path> inside(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static boolean isLeftOver(Path file) {
        return LEFT_OVER.matcher(file.getFileName().toString()).matches();
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
