package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.report.RunLog;
import io.github.florence4j.report.RunPoint;
import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs on the tiny checkpoint and a handful of questions on the three fixture images. */
class FineTuneTest {
    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void writeQuestions() throws IOException {
        StringBuilder lines = new StringBuilder();
        List<String> images = List.of("coffee.png", "page.png", "rocket.jpg");
        for (int i = 0; i < 10; i++) {
            lines.append(String.format(
                    "{\"id\":\"q%d\",\"image\":\"%s\",\"prefix\":\"<DocVQA>What is number %d?\",\"suffix\":\"answer %s\"}%n",
                    i, Fixtures.path("images").resolve(images.get(i % 3)), i, "is ".repeat(i % 4) + i));
        }
        data = Files.writeString(folder.resolve("questions.jsonl"), lines.toString());
    }

    /** Ways of training whose state differs in kind. */
    static Stream<Map<String, String>> ways() {
        return Stream.of(
                Map.of(),
                Map.of(
                        "freeze",
                        "vision_tower",
                        "feature-cache",
                        "features",
                        "accumulation",
                        "2",
                        "bucket-window",
                        "5"),
                Map.of("lora-rank", "4", "lora-full", "projector", "freeze", "vision_tower", "schedule", "cosine"),
                Map.of("ema", "0.9", "gradient-checkpointing", "all", "warmup-steps", "3", "schedule", "constant"));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aResumedRunEndsWithTheBitsOfAnUninterruptedOne(Map<String, String> way) throws IOException {
        Map<String, String> settings = new HashMap<>(way);
        settings.put("save-every", "2");
        settings.computeIfPresent(
                "feature-cache", (key, name) -> folder.resolve(name).toString());
        List<TrainingPoint> whole = run("whole", settings, false, () -> false).points;

        List<TrainingPoint> parts = new ArrayList<>();
        for (int stopAt : new int[] {1, 2, 4, 7, Integer.MAX_VALUE}) {
            AtomicInteger steps = new AtomicInteger();
            Run part = run("parts", settings, true, () -> steps.incrementAndGet() >= 1 && stopAt != Integer.MAX_VALUE);
            parts.addAll(part.points);
        }

        assertThat(parts.size()).isEqualTo(whole.size());
        for (int i = 0; i < whole.size(); i++) {
            assertThat(parts.get(i).step()).isEqualTo(i + 1);
            assertThat(parts.get(i).loss())
                    .as("loss of step %d", i + 1)
                    .isEqualTo(whole.get(i).loss());
            assertThat(parts.get(i).gradientNorm()).isEqualTo(whole.get(i).gradientNorm());
            assertThat(parts.get(i).learningRate()).isEqualTo(whole.get(i).learningRate());
            assertThat(parts.get(i).epoch()).isEqualTo(whole.get(i).epoch());
        }
        assertThat(folder.resolve("parts/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
        assertThat(RunLog.read(folder.resolve("parts/metrics.jsonl")))
                .extracting(RunPoint::step)
                .isEqualTo(RunLog.read(folder.resolve("whole/metrics.jsonl")).stream()
                        .map(RunPoint::step)
                        .toList());
    }

    @Test
    void theLossFallsAndTheBestCheckpointIsTheResult() throws IOException {
        Run run = run(
                "learns",
                Map.of(
                        "lr",
                        "1e-3",
                        "epochs",
                        "6",
                        "validation",
                        "jsonl:" + data,
                        "eval-samples",
                        "4",
                        "metric",
                        "loss"),
                false,
                () -> false);

        assertThat(run.points.get(run.points.size() - 1).loss())
                .isLessThan(0.8 * run.points.get(0).loss());
        assertThat(run.validations).hasSize(7); // before the first step, and after every epoch
        assertThat(run.validations.get(0).step()).isZero();
        ValidationPoint best = run.validations.stream()
                .skip(1)
                .min((a, b) -> Double.compare(a.loss(), b.loss()))
                .orElseThrow();
        assertThat(run.outcome.state().best().step()).isEqualTo(best.step());
        assertThat(folder.resolve("learns/model.safetensors"))
                .hasSameBinaryContentAs(
                        folder.resolve(String.format("learns/checkpoints/step-%08d/model.safetensors", best.step())));
        for (String file : List.of(
                "config.json",
                "tokenizer.json",
                "preprocessor_config.json",
                "curves.png",
                "metrics.jsonl",
                "finetune.yaml",
                "README.md")) {
            assertThat(folder.resolve("learns").resolve(file)).isNotEmptyFile();
        }
    }

    @Test
    void onlyTheLastFewCheckpointsAndTheBestAreKept() throws IOException {
        run("kept", Map.of("save-every", "1", "keep", "2"), false, () -> false);

        try (Stream<Path> kept = Files.list(folder.resolve("kept/checkpoints"))) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-00000009", "step-00000010");
        }
    }

    @Test
    void patienceEndsARunThatDoesNotGetBetter() throws IOException {
        Run run = run(
                "patient",
                Map.of(
                        "lr",
                        "1e-12",
                        "epochs",
                        "20",
                        "validation",
                        "jsonl:" + data,
                        "patience",
                        "2",
                        "metric",
                        "exact-match",
                        "max-new-tokens",
                        "3",
                        "num-beams",
                        "1",
                        "eval-samples",
                        "2"),
                false,
                () -> false);

        assertThat(run.outcome.end()).isEqualTo(FineTune.End.EARLY);
        assertThat(run.validations).hasSize(4); // at first, then the best, then twice not better
    }

    @Test
    void aLossThatIsNoNumberEndsTheRunAndNamesTheExamples() {
        assertThatThrownBy(() -> run("nan", Map.of("lr", "1e30", "max-grad-norm", "0"), false, () -> false))
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageMatching("(?s).*step \\d+ has a loss of .* on the examples q\\d.*");
    }

    @Test
    void aRunIsNotOverwrittenAndNotResumedWithOtherSettings() throws IOException {
        run("held", Map.of("max-steps", "2"), false, () -> false);

        assertThatThrownBy(() -> run("held", Map.of("max-steps", "2"), false, () -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--resume");
        assertThatThrownBy(() -> run("held", Map.of("max-steps", "4", "lr", "1", "seed", "1"), true, () -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("seed was 42 and is 1")
                .hasMessageContaining("lr was");
        assertThat(run("held", Map.of("max-steps", "4"), true, () -> false).points)
                .hasSize(2);
    }

    @Test
    void badRecordsAreToldAndCountedAndTheRestIsLearned() throws IOException {
        Files.writeString(
                data,
                Files.readString(data)
                        + "{\"id\":\"lost\",\"image\":\"missing.png\",\"prefix\":\"<OCR>\",\"suffix\":\"x\"}\nnonsense\n");

        Run run = run("bad", Map.of("epochs", "1"), false, () -> false);

        assertThat(run.points.stream().mapToDouble(TrainingPoint::epoch).max().orElseThrow())
                .isCloseTo(10 / 12.0, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(run.notices).anyMatch(n -> n.contains("lost")).anyMatch(n -> n.contains("questions.jsonl"));
    }

    @Test
    void dataWithoutAnyUsableRecordIsAnError() throws IOException {
        Files.writeString(data, "{\"id\":\"lost\",\"image\":\"missing.png\",\"prefix\":\"<OCR>\",\"suffix\":\"x\"}\n");

        assertThatThrownBy(() -> run("empty", Map.of(), false, () -> false))
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("missing.png");
    }

    @Test
    void theBatchSizeThatIsFoundDoesNotChangeTheSteps() throws IOException {
        List<TrainingPoint> found = run("auto", Map.of("batch-size", "auto"), false, () -> false).points;
        int size = new CheckpointStore(folder.resolve("auto/checkpoints"))
                .read(new CheckpointStore(folder.resolve("auto/checkpoints"))
                        .latest()
                        .orElseThrow())
                .batchSize();
        List<TrainingPoint> given =
                run("given", Map.of("batch-size", Integer.toString(size)), false, () -> false).points;

        assertThat(size).isGreaterThan(1);
        assertThat(found)
                .extracting(TrainingPoint::loss)
                .isEqualTo(given.stream().map(TrainingPoint::loss).toList());
    }

    /** What a run did and told. */
    private record Run(
            FineTune.Outcome outcome,
            List<TrainingPoint> points,
            List<ValidationPoint> validations,
            List<String> notices) {}

    private Run run(
            String output, Map<String, String> settings, boolean resume, java.util.function.BooleanSupplier stop)
            throws IOException {
        Map<String, List<String>> keys = new HashMap<>();
        keys.put("model", List.of(Fixtures.path("tiny-transformers").toString()));
        keys.put("output", List.of(folder.resolve(output).toString()));
        keys.put("train", List.of("jsonl:" + data));
        keys.put("epochs", List.of("2"));
        keys.put("batch-size", List.of("2"));
        keys.put("lr", List.of("1e-4"));
        keys.put("threads", List.of("1"));
        settings.forEach((key, value) -> keys.put(key, List.of(value)));
        List<TrainingPoint> points = new ArrayList<>();
        List<ValidationPoint> validations = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(TrainingPoint point, long totalSteps) {
                points.add(point);
            }

            @Override
            public void validated(ValidationPoint point) {
                validations.add(point);
            }

            @Override
            public void notice(String sentence) {
                notices.add(sentence);
            }
        };
        FineTune.Outcome outcome =
                FineTune.run(ConfigFile.of(keys), Fixtures.path("tiny-transformers"), resume, listener, stop);
        return new Run(outcome, points, validations, notices);
    }
}
