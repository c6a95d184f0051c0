package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsFileTest {
    private static final String ANSWER =
            "{\"image\":\"a.png\",\"page\":1,\"task\":\"<OD>\",\"prompt\":\"where\",\"timings_ms\":{}}";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("results.jsonl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"my\":\"notes\"}", "notes", " ", "{\"image\":\"mine\"}", "{\"images\":[", "[1,2"})
    void leavesAForeignFileWithoutANewlineAsItIs(String content) throws IOException {
        Files.writeString(file, content);

        assertThatThrownBy(() -> ResultsFile.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 1, is not an answer");

        assertThat(Files.readString(file)).isEqualTo(content);
    }

    @Test
    void dropsWhatIsLeftOfAnAnswerWhereverItWasCutOff() throws IOException {
        for (int length = 1; length < ANSWER.length(); length++) {
            Files.writeString(file, ANSWER + "\n" + ANSWER.substring(0, length));

            ResultsFile.open(file).close();

            assertThat(Files.readString(file)).as("cut after %d", length).isEqualTo(ANSWER + "\n");
        }
    }

    @Test
    void keepsAWholeAnswerThatLacksItsNewline() throws IOException {
        Files.writeString(file, ANSWER);

        try (ResultsFile results = ResultsFile.open(file)) {
            assertThat(results.has("a.png", 1, "<OD>", "where")).isTrue();
        }

        assertThat(Files.readString(file)).isEqualTo(ANSWER + "\n");
    }
}
