package io.github.florence4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows of parquet files of one schema, numbered through all files. Only the row groups that hold the wanted rows are read. */
final class ParquetTable implements AutoCloseable {
    private final DuckDb db;
    private final List<Path> files;
    private final long[] starts;
    private final Map<String, String> types;

    private ParquetTable(DuckDb db, List<Path> files, long[] starts, Map<String, String> types) {
        this.db = db;
        this.files = files;
        this.starts = starts;
        this.types = types;
    }

    /** Reads the footers of the files. */
    static ParquetTable open(List<Path> files) throws IOException {
        DuckDb db = DuckDb.open();
        try {
            long[] starts = new long[files.size() + 1];
            for (int i = 0; i < files.size(); i++) {
                String file = DuckDb.string(files.get(i).toString());
                @Nullable
                Object rows = db.query(
                                files.get(i).toString(), "SELECT num_rows FROM parquet_file_metadata(" + file + ")")
                        .get(0)[0];
                starts[i + 1] = starts[i] + ((Number) Objects.requireNonNull(rows)).longValue();
            }
            return new ParquetTable(db, List.copyOf(files), starts, types(db, files.get(0)));
        } catch (IOException | RuntimeException e) {
            db.close();
            throw e;
        }
    }

    private static Map<String, String> types(DuckDb db, Path file) throws IOException {
        Map<String, String> types = new LinkedHashMap<>();
        String from = "read_parquet(" + DuckDb.string(file.toString()) + ")";
        for (@Nullable Object[] column : db.query(file.toString(), "DESCRIBE SELECT * FROM " + from)) {
            types.put(String.valueOf(column[0]), String.valueOf(column[1]));
        }
        return types;
    }

    long count() {
        return starts[files.size()];
    }

    /** The folder of the first file. */
    Path folder() {
        Path folder = files.get(0).toAbsolutePath().getParent();
        return folder == null ? Path.of("") : folder;
    }

    boolean has(String column) {
        return types.containsKey(column);
    }

    /** The column names and types, for messages. */
    String describe() {
        return types.entrySet().stream()
                .map(e -> e.getKey() + " " + shorter(e.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String shorter(String type) {
        return type.length() <= 60 ? type : type.substring(0, 57) + "...";
    }

    /** Fails unless the column is there. */
    void require(String column, String key) throws InvalidDataException {
        if (!has(column)) {
            throw new InvalidDataException(files.get(0) + " has no column '" + column + "'; its columns are "
                    + describe() + " (name the right one with ?" + key + "=COLUMN)");
        }
    }

    /** SQL for the encoded bytes and the path of a picture, whatever the column's type: struct, blob or string. */
    List<String> image(String column) {
        return image(DuckDb.name(column), types.getOrDefault(column, ""));
    }

    /** SQL for the number of pictures of a list, and the bytes and path of the first. */
    List<String> images(String column) {
        String type = types.getOrDefault(column, "");
        String name = DuckDb.name(column);
        if (!type.endsWith("[]")) {
            List<String> single = new ArrayList<>(List.of("CASE WHEN " + name + " IS NULL THEN 0 ELSE 1 END"));
            single.addAll(image(name, type));
            return single;
        }
        List<String> first = new ArrayList<>(List.of("len(" + name + ")"));
        first.addAll(image(name + "[1]", type.substring(0, type.length() - 2)));
        return first;
    }

    private static List<String> image(String expression, String type) {
        String upper = type.toUpperCase(Locale.ROOT);
        if (upper.startsWith("STRUCT")) {
            return List.of(expression + ".bytes", expression + ".path");
        }
        return upper.equals("BLOB") ? List.of(expression, "NULL") : List.of("NULL", expression + "::VARCHAR");
    }

    /** What file and row a number means: {@code train-00001.parquet#17}. */
    String place(long row) {
        int file = fileOf(row);
        return files.get(file).getFileName() + "#" + (row - starts[file]);
    }

    private int fileOf(long row) {
        if (row < 0 || row >= count()) {
            throw new IndexOutOfBoundsException("row " + row + " of " + count());
        }
        int file = 0;
        while (row >= starts[file + 1]) {
            file++;
        }
        return file;
    }

    /** The values of SQL expressions in those rows, in the order asked for. */
    List<@Nullable Object[]> rows(List<String> expressions, long... rows) throws IOException {
        Map<Integer, List<Long>> byFile = new LinkedHashMap<>();
        Arrays.stream(rows).distinct().forEach(row -> {
            int file = fileOf(row);
            byFile.computeIfAbsent(file, f -> new ArrayList<>()).add(row - starts[file]);
        });
        Map<Long, @Nullable Object[]> values = new LinkedHashMap<>();
        for (Map.Entry<Integer, List<Long>> wanted : byFile.entrySet()) {
            String numbers = wanted.getValue().stream().map(String::valueOf).collect(Collectors.joining(","));
            for (@Nullable
            Object[] row : select(expressions, wanted.getKey(), "WHERE file_row_number IN (" + numbers + ")")) {
                long number = ((Number) Objects.requireNonNull(row[0])).longValue();
                values.put(starts[wanted.getKey()] + number, Arrays.copyOfRange(row, 1, row.length));
            }
        }
        List<@Nullable Object[]> result = new ArrayList<>(rows.length);
        for (long row : rows) {
            result.add(Objects.requireNonNull(values.get(row), () -> place(row) + " is missing"));
        }
        return result;
    }

    /** The values of one whole-number expression in all rows. */
    int[] numbers(String expression) throws IOException {
        int[] numbers = new int[Math.toIntExact(count())];
        for (int file = 0; file < files.size(); file++) {
            for (@Nullable Object[] row : select(List.of(expression), file, "")) {
                long number = ((Number) Objects.requireNonNull(row[0])).longValue();
                numbers[(int) (starts[file] + number)] = row[1] instanceof Number value ? value.intValue() : 0;
            }
        }
        return numbers;
    }

    private List<@Nullable Object[]> select(List<String> expressions, int file, String where) throws IOException {
        String path = files.get(file).toString();
        return db.query(
                path,
                "SELECT file_row_number, " + String.join(", ", expressions) + " FROM read_parquet("
                        + DuckDb.string(path) + ", file_row_number = true) " + where);
    }

    @Override
    public void close() {
        db.close();
    }
}
