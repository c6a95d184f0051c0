package io.github.florence4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2023-11-14T22:13:20.250Z"), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private Path rows;

    @BeforeEach
    void nameTheRows() {
        rows = folder.resolve(RunLog.FILE);
    }

    @Test
    void writesOneObjectALineUnderTheNamesOfTheIssue() throws IOException {
        try (RunLog log = RunLog.open(folder, 0)) {
            log.add(Points.training(1, 2.5));
            log.add(Points.validation(1, 2.25, 0.5));
        }

        assertThat(Files.readAllLines(rows))
                .containsExactly(
                        "{\"kind\":\"train\",\"step\":1,\"epoch\":0.125,\"loss\":2.5,\"lr\":1.0E-6,\"grad_norm\":2.5,"
                                + "\"images_per_s\":1.25,\"tokens_per_s\":15.0,\"seconds\":0.75,\"rss_gb\":4.5}",
                        "{\"kind\":\"validation\",\"step\":1,\"epoch\":0.125,\"loss\":2.25,\"samples\":200,\"metrics\":"
                                + "{\"anls\":{\"value\":0.5,\"low\":0.47,\"high\":0.53,\"samples\":200,"
                                + "\"confidence\":0.95,\"resamples\":1000,\"seed\":7}}}");
    }

    @Test
    void isInTheFileBeforeItIsClosed() throws IOException {
        try (RunLog log = RunLog.open(folder, 0)) {
            log.add(Points.training(1, 2.5));

            assertThat(RunLog.read(rows)).isEqualTo(log.history()).hasSize(1);
        }
    }

    @Test
    void writesNumbersThatAreNotFiniteAsNullAndReadsThemAsNaN() throws IOException {
        try (RunLog log = RunLog.open(folder, 0)) {
            log.add(new TrainingPoint(
                    1, 0, Double.NaN, 1e-5, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, 1, 1));
        }

        JsonNode row = new ObjectMapper().readTree(Files.readString(rows));
        assertThat(row.get("loss").isNull()).isTrue();
        assertThat(row.get("grad_norm").isNull()).isTrue();
        assertThat(row.get("images_per_s").isNull()).isTrue();
        assertThat(RunLog.read(rows))
                .containsExactly(new TrainingPoint(1, 0, Double.NaN, 1e-5, Double.NaN, Double.NaN, 1, 1, 1));
    }

    @Test
    void resumesWithTheRowsUpToTheStepOfTheCheckpoint() throws IOException {
        List<RunPoint> run = Points.run(20);
        write(0, run);

        try (RunLog log = RunLog.open(folder, 10)) {
            assertThat(log.history()).containsExactlyElementsOf(upTo(10, run));
            log.add(Points.training(11, 9));
        }

        assertThat(RunLog.read(rows)).hasSize(upTo(10, run).size() + 1).endsWith(Points.training(11, 9));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.equals(RunLog.FILE) || name.startsWith("events.out.tfevents."));
        }
    }

    @Test
    void dropsALastLineThatWasCutOffAtAnyByte() throws IOException {
        write(0, List.of(Points.training(1, 2.5), Points.training(2, 2.4)));
        byte[] whole = Files.readAllBytes(rows);
        int firstLine = Files.readString(rows).indexOf('\n') + 1;
        for (int length = firstLine; length < whole.length; length++) {
            Files.write(rows, Arrays.copyOf(whole, length));

            RunLog.open(folder, 1).close();

            assertThat(rows).hasBinaryContent(Arrays.copyOf(whole, firstLine));
        }
    }

    @Test
    void aNewRunBeginsAnew() throws IOException {
        write(0, Points.run(20));

        RunLog.open(folder, 0).close();

        assertThat(rows).isEmptyFile();
    }

    @Test
    void refusesAFileOfOtherThings() throws IOException {
        Files.writeString(rows, "{\"step\": 1}\nhello\n");

        assertThatIOException()
                .isThrownBy(() -> RunLog.open(folder, 5))
                .withMessageEndingWith("metrics.jsonl, line 1, is not a row of a training log");
        assertThat(rows).content().endsWith("hello\n");
    }

    @Test
    void refusesANegativeStep() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunLog.open(folder, -1))
                .withMessage("the last step must be at least 0, found -1");
    }

    /** TensorBoard 2.21 (EventAccumulator) read these very bytes: 0.25 at step 0, 2.5 and 2.125 at steps 1 and 2. */
    @Test
    void writesTheBytesThatTensorBoardRead() throws IOException {
        goldenRun();

        for (String name : List.of("events.out.tfevents.1700000000.host", "events.out.tfevents.1700000001.host")) {
            try (InputStream golden = RunLogTest.class.getResourceAsStream(name)) {
                assertThat(folder.resolve(name)).hasBinaryContent(golden.readAllBytes());
            }
        }
    }

    private void goldenRun() throws IOException {
        try (RunLog log = RunLog.open(folder, 0, CLOCK, "host")) {
            log.add(Points.validation(0, Double.NaN, 0.25));
            log.add(Points.training(1, 2.5));
            log.add(Points.training(2, Double.POSITIVE_INFINITY));
            log.add(Points.training(300, 2.25));
        }
        try (RunLog log = RunLog.open(folder, 1, CLOCK, "host")) {
            log.add(Points.training(2, 2.125));
            log.add(Points.validation(2, 2, 0.5));
        }
    }

    private void write(long lastStep, List<RunPoint> points) throws IOException {
        try (RunLog log = RunLog.open(folder, lastStep)) {
            for (RunPoint point : points) {
                log.add(point);
            }
        }
    }

    private static List<RunPoint> upTo(long step, List<RunPoint> points) {
        return points.stream().filter(point -> point.step() <= step).toList();
    }
}
