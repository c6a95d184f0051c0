package io.github.florence4j.synth.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.synth.page.PageSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetWriterTest {
    private static final DataSetOptions OPTIONS = options(12, 6, 5, 224);

    @TempDir
    private static Path shared;

    private static Path set;

    @TempDir
    private Path temp;

    @BeforeAll
    static void writeOnce() throws IOException {
        set = write(shared, "set");
    }

    private static DataSetOptions options(int train, int test, long seed, int size) {
        return new DataSetOptions(
                train, test, seed, size, size, PageSettings.DEFAULT, true, false, List.of(ReadingTask.values()));
    }

    private static Path write(Path parent, String name) throws IOException {
        Path folder = parent.resolve(name);
        DataSetWriter.write(folder, OPTIONS, ProgressListener.NONE);
        return folder;
    }

    private static List<List<String>> query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<String>> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int c = 1; c <= result.getMetaData().getColumnCount(); c++) {
                    row.add(result.getString(c));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    @Test
    void writesTheColumnsOfDocumentVqa() throws Exception {
        Path file = set.resolve("train-00000-of-00001.parquet");
        assertThat(query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '" + file + "')"))
                .containsExactly(
                        List.of("questionId", "VARCHAR"),
                        List.of("question", "VARCHAR"),
                        List.of("question_types", "VARCHAR[]"),
                        List.of("image", "STRUCT(bytes BLOB, path VARCHAR)"),
                        List.of("docId", "BIGINT"),
                        List.of("ucsf_document_id", "VARCHAR"),
                        List.of("ucsf_document_page_no", "VARCHAR"),
                        List.of("answers", "VARCHAR[]"));
        List<List<String>> counts = query("SELECT count(*), count(DISTINCT \"docId\"), min(len(answers)),"
                + " max(len(answers)), min(len(question_types)) FROM '" + file + "'");
        List<Integer> numbers = counts.get(0).stream().map(Integer::valueOf).toList();
        assertThat(numbers.get(0)).isGreaterThan(4 * 12);
        assertThat(numbers.get(1)).isEqualTo(12);
        assertThat(numbers.get(2)).isEqualTo(1);
        assertThat(numbers.get(3)).isEqualTo(3);
        assertThat(numbers.get(4)).isPositive();
    }

    @Test
    void putsTheSameImageIntoParquetAndBesideTheLines() throws Exception {
        Path folder = set;
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT image.bytes, image.path FROM '"
                        + folder.resolve("test-00000-of-00001.parquet") + "'")) {
            while (rows.next()) {
                byte[] bytes = rows.getBlob(1).getBytes(1, (int) rows.getBlob(1).length());
                assertThat(bytes).isEqualTo(Files.readAllBytes(folder.resolve("test/" + rows.getString(2))));
                assertThat(ImageIO.read(new ByteArrayInputStream(bytes)).getWidth())
                        .isEqualTo(224);
            }
        }
    }

    @Test
    void writesALineForEachTaskAndPage() throws Exception {
        Path folder = set.resolve("train");
        ObjectMapper json = new ObjectMapper();
        List<String> prefixes = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("annotations.jsonl"))) {
            JsonNode node = json.readTree(line);
            assertThat(folder.resolve(node.get("image").asText())).exists();
            assertThat(node.get("suffix").asText()).isNotBlank();
            prefixes.add(node.get("prefix").asText());
        }
        assertThat(prefixes).hasSize(12 * ReadingTask.values().length);
        assertThat(prefixes)
                .filteredOn(prefix -> prefix.equals("<OCR_WITH_REGION>"))
                .hasSize(12);
    }

    @Test
    void writesTheSameBytesForTheSameSeed() throws IOException {
        assertThat(contents(write(temp, "again"))).isEqualTo(contents(set));
    }

    private static Map<String, List<Byte>> contents(Path folder) throws IOException {
        Map<String, List<Byte>> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<Byte> bytes = new ArrayList<>();
                for (byte b : Files.readAllBytes(file)) {
                    bytes.add(b);
                }
                contents.put(folder.relativize(file).toString(), bytes);
            }
        }
        return contents;
    }

    @Test
    void leavesNothingBehindWhenAPageCannotBeMade() throws IOException {
        Path folder = temp.resolve("small");
        assertThatThrownBy(() -> DataSetWriter.write(folder, options(3, 0, 1, 60), ProgressListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("60 x 60 pixels is too small");
        try (Stream<Path> files = Files.list(temp)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void leavesNothingBehindWhenItIsInterruptedByAFailure() throws IOException {
        Path folder = temp.resolve("broken");
        assertThatThrownBy(() -> DataSetWriter.write(folder, OPTIONS, (done, total) -> {
                    if (done == 7) {
                        throw new IllegalStateException("stop");
                    }
                }))
                .hasMessage("stop");
        try (Stream<Path> files = Files.list(temp)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void refusesAFolderThatHoldsSomething() throws IOException {
        Files.writeString(temp.resolve("mine.txt"), "mine");
        assertThatThrownBy(() -> DataSetWriter.write(temp, OPTIONS, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not empty");
        assertThat(temp.resolve("mine.txt")).exists();
    }
}
