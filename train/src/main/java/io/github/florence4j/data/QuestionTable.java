package io.github.florence4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parquet with one question a row: Hugging Face's DocumentVQA, its mirrors, and any table with an image, a question and
 * answers. Rows without answers, as in test splits, are kept.
 */
public final class QuestionTable implements IndexedSource {
    private final String name;
    private final ParquetTable table;
    private final Columns columns;
    private final TextRules rules;
    private final ImageLocator images;
    private final List<String> selected;

    private QuestionTable(String name, ParquetTable table, Columns columns, TextRules rules, ImageLocator images) {
        this.name = name;
        this.table = table;
        this.columns = columns;
        this.rules = rules;
        this.images = images;
        this.selected = select();
    }

    /**
     * Opens parquet files of one schema.
     *
     * @param name what reports call the source
     * @param files the files, in their order
     * @param columns the column names
     * @param rules how prompts and answers are written
     * @param root the folder to which image paths are relative; null for the files' own
     * @throws InvalidDataException if a file is no parquet or lacks a column
     */
    public static QuestionTable open(
            String name, List<Path> files, Columns columns, TextRules rules, @Nullable Path root) throws IOException {
        ParquetTable table = ParquetTable.open(files);
        try {
            table.require(columns.image(), "image");
            table.require(columns.question(), "question");
            for (Map.Entry<String, String> named : columns.named().entrySet()) {
                table.require(named.getValue(), named.getKey());
            }
            ImageLocator images = new ImageLocator(root == null ? table.folder() : root);
            return new QuestionTable(name, table, columns, rules, images);
        } catch (IOException | RuntimeException e) {
            table.close();
            throw e;
        }
    }

    private List<String> select() {
        List<String> sql = new ArrayList<>(table.image(columns.image()));
        sql.add(DuckDb.name(columns.question()));
        for (String optional : List.of(columns.id(), columns.answers(), columns.types())) {
            sql.add(table.has(optional) ? DuckDb.name(optional) : "NULL");
        }
        return sql;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return table.count();
    }

    @Override
    public List<Entry> read(Pass pass, long... indices) throws IOException {
        List<Entry> entries = new ArrayList<>(indices.length);
        List<@Nullable Object[]> rows = table.rows(selected, indices);
        for (int i = 0; i < indices.length; i++) {
            entries.add(entry(rows.get(i), table.place(indices[i])));
        }
        return entries;
    }

    private Entry entry(@Nullable Object[] row, String place) {
        String id = row[3] == null ? place : String.valueOf(row[3]);
        ImageRef image = images.cell(row[0], row[1], place);
        if (image == null) {
            return new RejectedSample(id, "the row has no image, neither bytes nor path");
        }
        if (row[2] == null || String.valueOf(row[2]).isBlank()) {
            return new RejectedSample(id, "the row has no question");
        }
        return new Sample(id, image, rules.prompt(String.valueOf(row[2])), rules.answers(texts(row[4])), texts(row[5]));
    }

    /** A cell as texts: a list's elements, a scalar alone, nothing for null. */
    static List<String> texts(@Nullable Object cell) {
        if (cell instanceof List<?> list) {
            return list.stream().filter(Objects::nonNull).map(String::valueOf).toList();
        }
        return cell == null ? List.of() : List.of(cell.toString());
    }

    @Override
    public void close() {
        table.close();
    }
}
