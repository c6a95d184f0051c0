package io.github.florence4j.synth.dataset;

import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.page.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes questions with their pages as parquet files in the columns of DocumentVQA, the image in each row as there. A file is
 * closed when its rows have about 64 MB of images; files get their names when their number is known.
 */
final class QuestionShards implements AutoCloseable {
    private static final long SHARD_BYTES = 64L << 20;
    private static final String SEPARATOR = "\u001f";
    private static final String ROWS =
            """
            SELECT q.id AS "questionId", q.question AS question, string_split(q.types, chr(31)) AS question_types,
                {'bytes': i.bytes, 'path': i.path} AS image, q.document AS "docId", i.name AS ucsf_document_id,
                '1' AS ucsf_document_page_no, string_split(q.answers, chr(31)) AS answers
            FROM questions q JOIN images i ON q.document = i.document ORDER BY q.number
            """;

    private final Path folder;
    private final Split split;
    private final Connection connection;
    private final List<Path> parts = new ArrayList<>();
    private long bytes;
    private int rows;

    QuestionShards(Path folder, Split split) throws IOException {
        this.folder = folder;
        this.split = split;
        try {
            connection = DriverManager.getConnection("jdbc:duckdb:");
            execute("SET threads = 1");
            execute("SET autoinstall_known_extensions = false");
            execute("SET autoload_known_extensions = false");
            execute("CREATE TABLE images (document BIGINT, bytes BLOB, path VARCHAR, name VARCHAR)");
            execute(
                    "CREATE TABLE questions"
                            + " (number BIGINT, id VARCHAR, question VARCHAR, types VARCHAR, document BIGINT, answers VARCHAR)");
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Adds the questions of a page, in their order. */
    void add(long document, String name, byte[] image, List<Question> questions) throws IOException {
        try {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO images VALUES (?, ?, ?, ?)")) {
                insert.setLong(1, document);
                insert.setBytes(2, image);
                insert.setString(3, name + ".png");
                insert.setString(4, name);
                insert.execute();
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?)")) {
                for (Question question : questions) {
                    insert.setLong(1, rows);
                    insert.setString(2, split + "-" + rows);
                    insert.setString(3, question.text());
                    insert.setString(4, String.join(SEPARATOR, question.types()));
                    insert.setLong(5, document);
                    insert.setString(6, String.join(SEPARATOR, question.answers()));
                    insert.addBatch();
                    rows++;
                }
                insert.executeBatch();
            }
            bytes += (long) image.length * questions.size();
            if (bytes >= SHARD_BYTES) {
                flush();
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void flush() throws SQLException {
        Path part = folder.resolve(split + "." + parts.size() + ".part");
        execute("COPY (" + ROWS + ") TO '" + part.toString().replace("'", "''")
                + "' (FORMAT parquet, COMPRESSION zstd)");
        parts.add(part);
        execute("DELETE FROM questions");
        execute("DELETE FROM images");
        bytes = 0;
    }

    /** Writes what is left and gives the files their names, {@code train-00000-of-00002.parquet}. */
    int finish() throws IOException {
        try {
            if (bytes > 0) {
                flush();
            }
        } catch (SQLException e) {
            throw failure(e);
        }
        for (int i = 0; i < parts.size(); i++) {
            String name = String.format(Locale.ROOT, "%s-%05d-of-%05d.parquet", split, i, parts.size());
            Files.move(parts.get(i), folder.resolve(name));
        }
        return rows;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private IOException failure(SQLException e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new IOException("the parquet files of the " + split + " split cannot be written: " + reason, e);
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}
