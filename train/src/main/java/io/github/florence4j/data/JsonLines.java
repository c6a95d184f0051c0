package io.github.florence4j.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line: Roboflow's {@code {image, prefix, suffix}}, or any other names. A list under the answers' name, or
 * under {@code answers}, gives several accepted answers. Only the places of the lines are kept in memory.
 */
public final class JsonLines implements IndexedSource {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Path file;
    private final Columns columns;
    private final TextRules rules;
    private final ImageLocator images;
    private final long[] starts;
    private final int[] lines;

    private JsonLines(
            String name, Path file, Columns columns, TextRules rules, ImageLocator images, long[] starts, int[] lines) {
        this.name = name;
        this.file = file;
        this.columns = columns;
        this.rules = rules;
        this.images = images;
        this.starts = starts;
        this.lines = lines;
    }

    /**
     * Finds the lines of a file.
     *
     * @param root the folder to which image paths are relative; null for the file's own
     */
    public static JsonLines open(String name, Path file, Columns columns, TextRules rules, @Nullable Path root)
            throws IOException {
        List<Long> starts = new ArrayList<>();
        List<Integer> lines = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long start = 0;
            long at = 0;
            int line = 1;
            boolean blank = true;
            int b;
            do {
                b = in.read();
                at++;
                if (b == '\n' || b < 0) {
                    if (!blank) {
                        starts.add(start);
                        lines.add(line);
                    }
                    start = at;
                    line++;
                    blank = true;
                } else if (b != ' ' && b != '\t' && b != '\r') {
                    blank = false;
                }
            } while (b >= 0);
            starts.add(at - 1);
        } catch (NoSuchFileException e) {
            throw new InvalidDataException("there is no file " + file, e);
        }
        Path folder = root != null ? root : parent(file);
        return new JsonLines(
                name,
                file,
                columns,
                rules,
                new ImageLocator(folder),
                starts.stream().mapToLong(Long::longValue).toArray(),
                lines.stream().mapToInt(Integer::intValue).toArray());
    }

    static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of("") : parent;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return lines.length;
    }

    @Override
    public List<Entry> read(Pass pass, long... indices) throws IOException {
        List<Entry> entries = new ArrayList<>(indices.length);
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            for (long index : indices) {
                int at = Math.toIntExact(index);
                byte[] line = new byte[Math.toIntExact(starts[at + 1] - starts[at])];
                in.seek(starts[at]);
                in.readFully(line);
                entries.add(entry(line, file.getFileName() + ":" + lines[at]));
            }
        }
        return entries;
    }

    private Entry entry(byte[] line, String place) {
        JsonNode object;
        try {
            object = JSON.readTree(new String(line, StandardCharsets.UTF_8).strip());
        } catch (JacksonException e) {
            return new RejectedSample(place, "the line is not JSON (" + e.getOriginalMessage() + ")");
        }
        String id = object.hasNonNull(columns.id()) ? object.get(columns.id()).asText() : place;
        for (String required : List.of(columns.image(), columns.question())) {
            if (!object.hasNonNull(required) || object.get(required).asText().isBlank()) {
                return new RejectedSample(
                        id, "the line has no '" + required + "' (found " + String.join(", ", names(object)) + ")");
            }
        }
        JsonNode answers = object.path(columns.answers());
        return new Sample(
                id,
                images.file(object.get(columns.image()).asText()),
                rules.prompt(object.get(columns.question()).asText()),
                rules.answers(texts(answers.isMissingNode() ? object.path("answers") : answers)),
                texts(object.path(columns.types())));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** A value as texts: an array's elements, a scalar alone, nothing for null and missing. */
    static List<String> texts(JsonNode node) {
        if (node.isArray()) {
            return StreamSupport.stream(node.spliterator(), false)
                    .filter(element -> !element.isNull())
                    .map(JsonNode::asText)
                    .toList();
        }
        return node.isNull() || node.isMissingNode() ? List.of() : Arrays.asList(node.asText());
    }
}
