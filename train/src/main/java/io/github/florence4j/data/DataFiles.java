package io.github.florence4j.data;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files that a path, a folder or a pattern with {@code *} means. */
final class DataFiles {
    private static final Pattern SHARD = Pattern.compile("(.+?)-\\d{5}-of-\\d{5}.*");

    /** Names that people give to parts of their data, which do not belong into one source. */
    private static final Pattern SPLIT =
            Pattern.compile("(train|test|validation|valid|val|dev)[-_.]", Pattern.CASE_INSENSITIVE);

    /** Those that no other file may be read with. */
    private static final Set<String> TESTED = Set.of("test", "validation", "valid", "val", "dev");

    private DataFiles() {}

    /**
     * The files in the order of their names.
     *
     * @param pattern a file, a folder, or a path in which {@code *} stands for any part of a name and {@code **} for folders
     * @param extension what the files of a folder end in, with the dot
     */
    static List<Path> find(String pattern, String extension) throws IOException {
        if (pattern.contains("*")) {
            return matching(pattern);
        }
        Path path = Path.of(pattern);
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw new InvalidDataException("there is no file or folder " + path);
        }
        return oneSplit(path, inFolder(path, extension), extension);
    }

    static List<Path> inFolder(Path folder, String extension) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(extension) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> matching(String pattern) throws IOException {
        int wild = pattern.indexOf('*');
        int slash = Math.max(pattern.lastIndexOf('/', wild), pattern.lastIndexOf('\\', wild));
        Path root = slash < 0 ? Path.of("") : Path.of(pattern.substring(0, slash + 1));
        if (!Files.isDirectory(root.toAbsolutePath())) {
            throw new InvalidDataException("there is no folder " + root + " for the pattern " + pattern);
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> found = files.filter(file -> matcher.matches(file) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new InvalidDataException("no file matches " + pattern);
            }
            return found;
        }
    }

    private static List<Path> oneSplit(Path folder, List<Path> files, String extension) throws IOException {
        if (files.isEmpty()) {
            throw new InvalidDataException("the folder " + folder + " has no " + extension + " file");
        }
        Map<String, Path> splits = new TreeMap<>(); // with a file of each
        for (Path file : files) {
            splits.putIfAbsent(split(file), file);
        }
        Path unnamed = splits.remove("");
        if (splits.size() > 1 || (unnamed != null && splits.keySet().stream().anyMatch(TESTED::contains))) {
            String names = String.join(", ", splits.keySet());
            throw new InvalidDataException("the folder " + folder + " holds "
                    + (unnamed == null
                            ? "several splits (" + names + ")"
                            : "the split " + names + " and other files, such as " + unnamed.getFileName())
                    + "; name one, for example "
                    + all(splits.values().iterator().next(), extension));
        }
        return files;
    }

    /** All files of the split that a file is of: with its shards, where it is one. */
    private static Path all(Path file, String extension) {
        Matcher shard = SHARD.matcher(file.getFileName().toString());
        return shard.matches() ? file.resolveSibling(shard.group(1) + "-*" + extension) : file;
    }

    private static String split(Path file) {
        String name = file.getFileName().toString();
        Matcher shard = SHARD.matcher(name);
        if (shard.matches()) {
            return shard.group(1);
        }
        Matcher split = SPLIT.matcher(name);
        return split.lookingAt() ? split.group(1).toLowerCase(Locale.ROOT) : "";
    }
}
