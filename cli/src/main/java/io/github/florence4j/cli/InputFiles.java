package io.github.florence4j.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files that arguments stand for: files as they are, the images in folders, the matches of globs. */
final class InputFiles {
    private static final Set<String> EXTENSIONS =
            Set.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff", "webp", "pdf");

    private InputFiles() {}

    /**
     * The files of one argument, in order of their names.
     *
     * @param recursive whether folders within folders are searched, too
     * @throws IOException when a folder holds no image or nothing matches a glob; a file that is named is not looked at
     */
    static Set<String> expand(String argument, boolean recursive) throws IOException {
        Path path = existing(argument);
        if (path != null && Files.isDirectory(path)) {
            Set<String> images = walk(path, recursive ? Integer.MAX_VALUE : 1, InputFiles::isImage);
            return requireSome(images, "no images in the folder " + argument);
        }
        if (path == null && argument.matches(".*[*?\\[{].*")) {
            return requireSome(matches(argument), "no file matches " + argument);
        }
        return Set.of(argument);
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
    private static Set<String> matches(String glob) throws IOException {
        String normal = glob.replace('\\', '/');
        int wildcard = normal.split("[*?\\[{]", 2)[0].length();
        int slash = normal.lastIndexOf('/', wildcard);
        String base = slash < 0 ? "" : normal.substring(0, slash + 1);
        String pattern = normal.substring(base.length());
        Path root = Path.of(base.isEmpty() ? "." : base);
        if (!Files.isDirectory(root)) {
            return Set.of();
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        int depth = pattern.contains("**") ? Integer.MAX_VALUE : pattern.split("/", -1).length;
        Set<String> found = walk(root, depth, file -> matcher.matches(root.relativize(file)));
        return base.isEmpty() ? withoutDot(found) : found;
    }

    private static Set<String> withoutDot(Set<String> files) {
        Set<String> plain = new LinkedHashSet<>();
        files.forEach(file -> plain.add(Path.of(".").relativize(Path.of(file)).toString()));
        return plain;
    }

    private static Set<String> walk(Path root, int depth, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(root, depth)) {
            List<String> names = files.filter(Files::isRegularFile)
                    .filter(wanted)
                    .sorted()
                    .map(Path::toString)
                    .toList();
            return new LinkedHashSet<>(names);
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
