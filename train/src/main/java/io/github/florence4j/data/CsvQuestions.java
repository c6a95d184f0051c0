package io.github.florence4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A CSV file of questions with a header line: {@code image,question,answer}, in any order and under any names. */
public final class CsvQuestions {
    private CsvQuestions() {}

    /**
     * Reads the rows; the images stay where they are. All cells are taken as text: {@code 007} stays {@code 007}.
     *
     * @param root the folder to which image paths are relative; null for the file's own
     * @throws InvalidDataException if the file cannot be read or lacks a column
     */
    public static ListSource read(String name, Path file, Columns columns, TextRules rules, @Nullable Path root)
            throws IOException {
        String from = "read_csv(" + DuckDb.string(file.toString())
                + ", header = true, all_varchar = true, store_rejects = true)";
        try (DuckDb db = DuckDb.open()) {
            Map<String, Integer> names = new LinkedHashMap<>();
            for (@Nullable Object[] column : db.query(file.toString(), "DESCRIBE SELECT * FROM " + from)) {
                names.put(String.valueOf(column[0]), names.size());
            }
            require(file, names, columns.image(), "image");
            require(file, names, columns.question(), "question");
            for (Map.Entry<String, String> named : columns.named().entrySet()) {
                require(file, names, named.getValue(), named.getKey());
            }
            ImageLocator images = new ImageLocator(root != null ? root : JsonLines.parent(file));
            List<Entry> entries = new ArrayList<>();
            for (@Nullable Object[] row : db.query(file.toString(), "SELECT * FROM " + from)) {
                entries.add(entry(row, names, columns, rules, images, file.getFileName() + "#" + (entries.size() + 1)));
            }
            entries.addAll(brokenLines(db, file));
            return new ListSource(name, entries);
        }
    }

    /** The lines that are no rows of this table, by their line numbers; they stand after the rows. */
    private static List<Entry> brokenLines(DuckDb db, Path file) throws IOException {
        List<Entry> broken = new ArrayList<>();
        String sql = "SELECT line, first(error_message) FROM reject_errors GROUP BY line ORDER BY line";
        for (@Nullable Object[] error : db.query(file.toString(), sql)) {
            String reason = String.valueOf(error[1]).lines().findFirst().orElse("");
            broken.add(new RejectedSample(file.getFileName() + ":" + error[0], "the line is no row: " + reason));
        }
        return broken;
    }

    private static void require(Path file, Map<String, Integer> names, String column, String key)
            throws InvalidDataException {
        if (!names.containsKey(column)) {
            throw new InvalidDataException(file + " has no column '" + column + "'; its columns are "
                    + String.join(", ", names.keySet()) + " (name the right one with ?" + key + "=COLUMN)");
        }
    }

    private static Entry entry(
            @Nullable Object[] row,
            Map<String, Integer> names,
            Columns columns,
            TextRules rules,
            ImageLocator images,
            String place) {
        String id = cell(row, names, columns.id()).orElse(place);
        List<String> image = QuestionTable.texts(value(row, names, columns.image()));
        List<String> question = QuestionTable.texts(value(row, names, columns.question()));
        if (image.isEmpty() || question.isEmpty() || question.get(0).isBlank()) {
            return new RejectedSample(id, "the row has no " + (image.isEmpty() ? "image" : "question"));
        }
        return new Sample(
                id,
                images.file(image.get(0)),
                rules.prompt(question.get(0)),
                rules.answers(QuestionTable.texts(value(row, names, columns.answers()))),
                QuestionTable.texts(value(row, names, columns.types())));
    }

    private static Optional<String> cell(@Nullable Object[] row, Map<String, Integer> names, String column) {
        return Optional.ofNullable(value(row, names, column)).map(Object::toString);
    }

    private static @Nullable Object value(@Nullable Object[] row, Map<String, Integer> names, String column) {
        Integer at = names.get(column);
        return at == null ? null : row[at];
    }
}
