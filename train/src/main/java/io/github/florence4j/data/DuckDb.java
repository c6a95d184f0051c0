package io.github.florence4j.data;

import java.io.IOException;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the in-memory DuckDB of this JVM, which reads local files only: it neither fetches nor loads extensions.
 * Safe for concurrent callers, who wait for each other.
 */
final class DuckDb implements AutoCloseable {
    private static @Nullable DuckDBConnection engine;

    private final Connection connection;

    private DuckDb(Connection connection) {
        this.connection = connection;
    }

    static DuckDb open() throws IOException {
        try {
            return new DuckDb(engine().duplicate());
        } catch (SQLException e) {
            throw new InvalidDataException("the reader of parquet and CSV files cannot start: " + firstLine(e), e);
        }
    }

    /** One engine for all sources, so that fifty of them do not start fifty pools of threads. It lives as long as the JVM. */
    private static synchronized DuckDBConnection engine() throws SQLException {
        if (engine == null) {
            DuckDBConnection started =
                    DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
            try (Statement statement = started.createStatement()) {
                statement.execute("SET autoinstall_known_extensions = false");
                statement.execute("SET autoload_known_extensions = false");
            }
            engine = started;
        }
        return engine;
    }

    /**
     * The rows of a query: strings, numbers, booleans, byte arrays for blobs and lists for lists, null for NULL.
     *
     * @param what names the data in messages
     */
    synchronized List<@Nullable Object[]> query(String what, String sql) throws IOException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            List<@Nullable Object[]> result = new ArrayList<>();
            while (rows.next()) {
                @Nullable Object[] row = new Object[columns];
                for (int c = 0; c < columns; c++) {
                    row[c] = plain(rows.getObject(c + 1));
                }
                result.add(row);
            }
            return result;
        } catch (SQLException e) {
            throw new InvalidDataException(what + " cannot be read: " + firstLine(e), e);
        }
    }

    private static @Nullable Object plain(@Nullable Object value) throws SQLException {
        if (value instanceof Blob blob) {
            return blob.getBytes(1, Math.toIntExact(blob.length()));
        }
        if (value instanceof Array array) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Object element : (Object[]) array.getArray()) {
                list.add(plain(element));
            }
            return list;
        }
        return value;
    }

    /** An SQL string. */
    static String string(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** An SQL name. */
    static String name(String column) {
        return '"' + column.replace("\"", "\"\"") + '"';
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("the reader of parquet files cannot be closed", e);
        }
    }
}
