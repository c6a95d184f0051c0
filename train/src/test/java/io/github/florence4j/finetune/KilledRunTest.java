package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.testsupport.Fixtures;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run whose process is killed, as {@code kill -9} does it, ten times at random moments and each time resumed. */
class KilledRunTest {
    private static final int KILLS = 10;
    private static final int STEPS = 80;

    @TempDir
    private Path folder;

    /** The run itself, in a process of its own: output folder, data. */
    public static void main(String[] arguments) throws IOException {
        FineTuneConfig config = ConfigFile.of(Map.ofEntries(
                Map.entry("model", List.of(Fixtures.path("tiny-transformers").toString())),
                Map.entry("output", List.of(arguments[0])),
                Map.entry("train", List.of("jsonl:" + arguments[1])),
                Map.entry("freeze", List.of("vision_tower")),
                Map.entry("feature-cache", List.of(arguments[0] + "-features")),
                Map.entry("batch-size", List.of("2")),
                Map.entry("lr", List.of("1e-4")),
                Map.entry("epochs", List.of(Integer.toString(STEPS))),
                Map.entry("max-steps", List.of(Integer.toString(STEPS))),
                Map.entry("save-every", List.of("2")),
                Map.entry("threads", List.of("1")))); // sums of another number of threads are rounded otherwise
        FineTune.run(config, Fixtures.path("tiny-transformers"), true, new TrainingListener() {}, () -> false);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void endsWithTheWeightsOfARunThatWasNeverKilled() throws Exception {
        Path data = Files.writeString(folder.resolve("questions.jsonl"), questions());
        Path whole = folder.resolve("whole");
        main(new String[] {whole.toString(), data.toString()});

        Path killed = folder.resolve("killed");
        Random random = new Random(20240624);
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(killed, data);
            awaitCheckpointAfter(lastStep(killed), killed, process);
            Thread.sleep(random.nextInt(250));
            process.destroyForcibly().waitFor();
        }
        assertThat(lastStep(killed)).as("the last kill came before the end").isLessThan(STEPS);
        Process last = start(killed, data);
        assertThat(last.waitFor()).isZero();

        assertThat(killed.resolve("model.safetensors")).hasSameBinaryContentAs(whole.resolve("model.safetensors"));
        assertThat(killed.resolve("checkpoints/step-00000080/training/optimizer.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("checkpoints/step-00000080/training/optimizer.safetensors"));
        assertThat(losses(killed)).isEqualTo(losses(whole)).hasSize(STEPS);
    }

    private static String questions() throws IOException {
        StringBuilder lines = new StringBuilder();
        List<String> images = List.of("page.png", "rocket.jpg");
        for (int i = 0; i < 7; i++) {
            lines.append(String.format(
                    "{\"id\":\"q%d\",\"image\":\"%s\",\"prefix\":\"<DocVQA>Which number?\",\"suffix\":\"number %d\"}%n",
                    i, Fixtures.path("images").resolve(images.get(i % 2)), i));
        }
        return lines.toString();
    }

    private static Process start(Path output, Path data) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                java,
                "-Xmx512m",
                "-Dflorence4j.fixtures=" + System.getProperty("florence4j.fixtures"),
                KilledRunTest.class.getName(),
                output.toString(),
                data.toString());
        builder.environment()
                .put(
                        "CLASSPATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        File log = output.resolveSibling("log.txt").toFile();
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    private void awaitCheckpointAfter(long step, Path output, Process process) throws Exception {
        while (lastStep(output) <= step) {
            assertThat(process.isAlive())
                    .as("the process goes on; it said: %s", log(output))
                    .isTrue();
            Thread.sleep(5);
        }
    }

    private static String log(Path output) throws IOException {
        Path log = output.resolveSibling("log.txt");
        return Files.exists(log) ? Files.readString(log) : "nothing";
    }

    private static long lastStep(Path output) throws IOException {
        return new CheckpointStore(output.resolve("checkpoints"))
                .latest()
                .map(path -> Long.parseLong(path.getFileName().toString().substring("step-".length())))
                .orElse(0L);
    }

    /** The losses of all steps as they are logged. */
    private static List<String> losses(Path output) throws IOException {
        List<String> losses = new ArrayList<>();
        for (String line : Files.readAllLines(output.resolve("metrics.jsonl"))) {
            losses.add(line.replaceAll(".*\"step\":(\\d+).*\"loss\":([^,]*).*", "$1 $2"));
        }
        return losses;
    }
}
