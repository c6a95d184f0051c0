package io.github.florence4j.cli;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The files that arguments stand for: files as they are, the images in folders, the matches of globs. */
final class InputFiles {
    private static final Set<String> EXTENSIONS =
            Set.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff", "webp", "pdf");

    private InputFiles() {}

    /**
     * The files of one argument, in order of their names. Links to folders are followed, but never into a folder that
     * they are in. What is no valid glob is the name of a file.
     *
     * @param recursive whether folders within folders are searched, too
     * @param skipped hears of folders within folders that cannot be read
     * @throws IOException when a folder holds no image or nothing matches a glob; a file that is named is not looked at
     */
    static Set<String> expand(String argument, boolean recursive, BiConsumer<Path, IOException> skipped)
            throws IOException {
        Path path = existing(argument);
        if (path != null && Files.isDirectory(path)) {
            Set<String> images = walk(path, recursive ? Integer.MAX_VALUE : 1, InputFiles::isImage, skipped);
            return requireSome(images, "no images in the folder " + argument);
        }
        if (path == null && argument.matches(".*[*?\\[{].*")) {
            return requireSome(matches(argument, skipped), "no file matches " + argument);
        }
        return Set.of(argument);
    }

    /** Whether something that can be opened has that name. */
    static boolean exists(String file) {
        return existing(file) != null;
    }

    private static @Nullable Path existing(String argument) {
        try {
            Path path = Path.of(argument);
            return Files.exists(path) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Walks the folder before the first part with a wildcard. */
    private static Set<String> matches(String glob, BiConsumer<Path, IOException> skipped) throws IOException {
        String normal = glob.replace('\\', '/');
        int wildcard = normal.split("[*?\\[{]", 2)[0].length();
        int slash = normal.lastIndexOf('/', wildcard);
        String base = slash < 0 ? "" : normal.substring(0, slash + 1);
        String pattern = normal.substring(base.length());
        Path root;
        PathMatcher matcher;
        try {
            root = Path.of(base.isEmpty() ? "." : base);
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (IllegalArgumentException e) {
            return Set.of(glob);
        }
        if (!Files.isDirectory(root)) {
            return Set.of();
        }
        int depth = pattern.contains("**") ? Integer.MAX_VALUE : pattern.split("/", -1).length;
        Set<String> found = walk(root, depth, file -> matcher.matches(root.relativize(file)), skipped);
        return base.isEmpty() ? withoutDot(found) : found;
    }

    private static Set<String> withoutDot(Set<String> files) {
        Set<String> plain = new LinkedHashSet<>();
        files.forEach(file -> plain.add(Path.of(".").relativize(Path.of(file)).toString()));
        return plain;
    }

    private static Set<String> walk(Path root, int depth, Predicate<Path> wanted, BiConsumer<Path, IOException> skipped)
            throws IOException {
        Walk walk = new Walk(root, wanted, skipped);
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, walk);
        List<String> names = walk.found.stream().sorted().map(Path::toString).toList();
        return new LinkedHashSet<>(names);
    }

    /** Collects files, and goes on where a folder cannot be read. */
    static final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Predicate<Path> wanted;
        private final BiConsumer<Path, IOException> skipped;
        private final List<Path> found = new ArrayList<>();

        Walk(Path root, Predicate<Path> wanted, BiConsumer<Path, IOException> skipped) {
            this.root = root;
            this.wanted = wanted;
            this.skipped = skipped;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && wanted.test(file)) {
                found.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
                throw e;
            }
            if (!(e instanceof FileSystemLoopException)) {
                skipped.accept(file, e);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            if (e != null) {
                skipped.accept(directory, e);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    private static Set<String> requireSome(Set<String> files, String otherwise) throws IOException {
        if (files.isEmpty()) {
            throw new IOException(otherwise);
        }
        return files;
    }
}
