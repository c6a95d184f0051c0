package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.data.InvalidDataException;
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
import org.assertj.core.data.Percentage;
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

    /** The steps of the run that is under way. */
    private final List<TrainingPoint> running = new ArrayList<>();

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
                Map.of("ema", "0.9", "gradient-checkpointing", "all", "warmup-steps", "3", "schedule", "constant"),
                Map.of("precision", "bf16"),
                Map.of("precision", "bf16", "ema", "0.9", "gradient-checkpointing", "language", "micro-batch", "2"));
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
        for (int stopAfter : new int[] {1, 3, 5, 6, Integer.MAX_VALUE}) { // an epoch has 5 steps, or 3 of two batches
            Run part = run("parts", settings, true, () -> parts.size() + running.size() >= stopAfter);
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
        if (way.containsKey("lora-rank")) {
            assertThat(folder.resolve("parts/adapter/README.md")).content().contains("PeftModel.from_pretrained(base");
        }
        assertThat(RunLog.read(folder.resolve("parts/metrics.jsonl")))
                .extracting(RunPoint::step)
                .isEqualTo(RunLog.read(folder.resolve("whole/metrics.jsonl")).stream()
                        .map(RunPoint::step)
                        .toList());
    }

    @Test
    void workersThatWouldHaveNothingToDoOrDrawInAnyOrderAreRefused() {
        assertThatThrownBy(() -> config("two", Map.of("workers", "2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "workers is 2, but the batches of a step are 1; expected accumulation (or global-batch) of as many"
                                + " batches or more");
        assertThatThrownBy(() ->
                        config("two", Map.of("workers", "2", "accumulation", "2", "gradient-checkpointing", "all")))
                .hasMessageContaining("workers is 2 and gradient-checkpointing is all; expected 1 worker with it");
    }

    @Test
    void aRunTakesTheModelThatItsConfigurationNames() throws IOException {
        List<Double> losses = run("given", Map.of("epochs", "1"), false, () -> false).points.stream()
                .map(TrainingPoint::loss)
                .toList();
        List<Double> named = new ArrayList<>();
        FineTune.Outcome outcome = FineTune.run(config("named", Map.of("epochs", "1")), new TrainingListener() {
            @Override
            public void step(TrainingPoint point, long totalSteps) {
                named.add(point.loss());
            }
        });

        assertThat(outcome.end()).isEqualTo(FineTune.End.FINISHED);
        assertThat(named).hasSize(5).isEqualTo(losses);
    }

    @Test
    void aRunStoppedWithinAValidationMakesItUpWhenItGoesOn() throws IOException {
        Map<String, String> settings = Map.of(
                "validation", "jsonl:" + data, "metric", "loss", "lr", "1e-3", "ema", "0.5", "eval-batch-size", "1");
        Run whole = run("whole", settings, false, () -> false);
        AtomicInteger asked = new AtomicInteger();
        Run first = run("parts", settings, false, () -> running.size() == 5 && asked.incrementAndGet() == 4);
        assertThat(first.outcome.end()).isEqualTo(FineTune.End.STOPPED);
        assertThat(first.outcome.state().validationDue()).isTrue();
        assertThat(first.validations).hasSize(1);
        asked.set(0);
        Run last = run("parts", settings, true, () -> running.size() == 5 && asked.incrementAndGet() == 4);
        assertThat(last.outcome.end()).isEqualTo(FineTune.End.STOPPED); // within the last validation
        Run rest = run("parts", settings, true, () -> false);

        assertThat(rest.points).isEmpty();
        assertThat(rest.outcome.state().best()).isEqualTo(whole.outcome.state().best());
        assertThat(Stream.of(first, last, rest).flatMap(run -> run.validations.stream()))
                .isEqualTo(whole.validations);
        assertThat(folder.resolve("parts/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    @Test
    void accumulatedBatchesStepAsOneBatchDoesAlsoAtTheEndOfAnEpoch() throws IOException {
        List<TrainingPoint> one = run("one", Map.of("batch-size", "4", "lr", "1e-6"), false, () -> false).points;
        for (int size : new int[] {1, 2}) {
            List<TrainingPoint> parts = run(
                            "of-" + size,
                            Map.of("batch-size", Integer.toString(size), "global-batch", "4", "lr", "1e-6"),
                            false,
                            () -> false)
                    .points;
            assertThat(parts).hasSameSizeAs(one).hasSize(6); // two epochs of 4 + 4 + 2 examples
            for (int i = 0; i < one.size(); i++) {
                assertThat(parts.get(i).loss()).isCloseTo(one.get(i).loss(), Percentage.withPercentage(1e-3));
                assertThat(parts.get(i).gradientNorm())
                        .isCloseTo(one.get(i).gradientNorm(), Percentage.withPercentage(1e-1));
            }
        }
    }

    @Test
    void aPictureThatCannotBeReadLeavesItsPlaceEmptyHoweverTheStepIsSplit() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        for (int bad :
                new int[] {1, 4, 5, 6, 7, 9}) { // one of the first step, all of the second, the last of the third
            lines.set(
                    bad,
                    String.format(
                            "{\"id\":\"q%d\",\"image\":\"lost.png\",\"prefix\":\"<OCR>\",\"suffix\":\"x\"}", bad));
        }
        Files.write(data, lines);
        Map<String, String> whole = Map.of("batch-size", "4", "lr", "1e-6", "shuffle", "false");
        List<TrainingPoint> one = run("one", whole, false, () -> false).points;

        assertThat(one).extracting(TrainingPoint::step).containsExactly(1L, 2L, 3L, 4L); // two an epoch, of 3 and 1
        for (int size : new int[] {1, 2}) {
            Map<String, String> split =
                    Map.of("batch-size", Integer.toString(size), "global-batch", "4", "lr", "1e-6", "shuffle", "false");
            List<TrainingPoint> parts = run("of-" + size, split, false, () -> false).points;
            assertThat(parts).hasSameSizeAs(one);
            for (int i = 0; i < one.size(); i++) {
                assertThat(parts.get(i).loss()).isCloseTo(one.get(i).loss(), Percentage.withPercentage(1e-3));
                assertThat(parts.get(i).epoch()).isEqualTo(one.get(i).epoch());
            }
        }
    }

    @Test
    void laterEpochsArePlannedByTheOneThatEnded() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        for (int bad : new int[] {0, 3, 4, 8}) {
            lines.set(bad, "nonsense");
        }
        Files.write(data, lines);
        Map<String, String> settings = Map.of("epochs", "3", "lr", "1");

        Run run = run("planned", settings, false, () -> false);

        // 10 records make 5 steps, 6 usable ones make 3: the rate falls to 1 - 2/15 and then as if there were 9 steps.
        assertThat(run.totals).containsExactly(15L, 15L, 15L, 9L, 9L, 9L, 9L, 9L, 9L);
        assertThat(run.points.get(2).learningRate()).isCloseTo(13 / 15.0, within(1e-12));
        assertThat(run.points.get(3).learningRate()).isCloseTo(6 / 9.0, within(1e-12));
        assertThat(run.points.get(8).learningRate()).isCloseTo(1 / 9.0, within(1e-12));
        assertThat(run.notices).anyMatch(notice -> notice.startsWith("there will be 9 steps rather than 15"));

        Run first = run("parts", settings, false, () -> running.size() == 5);
        Run rest = run("parts", settings, true, () -> false);
        assertThat(Stream.of(first, rest).flatMap(part -> part.points.stream()).map(TrainingPoint::learningRate))
                .isEqualTo(run.points.stream().map(TrainingPoint::learningRate).toList());
    }

    @Test
    void allRunsOfAChainAreCheckedBeforeTheFirst() {
        FineTuneConfig good = config("first", Map.of());
        assertThatThrownBy(() -> FineTune.check(List.of(good, config("second", Map.of("train", "jsonl:lost.jsonl")))))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("second: ")
                .hasMessageContaining("lost.jsonl");
        assertThatThrownBy(() -> FineTune.check(
                        List.of(good, config("third", Map.of("validation", "jsonl:" + data, "metric", "anlz")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("third: ")
                .hasMessageContaining("anlz");
    }

    @Test
    void anEndByPatienceIsRememberedWhenTheRunIsResumed() throws IOException {
        Map<String, String> settings = Map.of(
                "lr",
                "1e-12",
                "epochs",
                "20",
                "validation",
                "jsonl:" + data,
                "patience",
                "1",
                "metric",
                "exact-match",
                "max-new-tokens",
                "3",
                "num-beams",
                "1",
                "eval-samples",
                "2");
        long steps =
                run("patient", settings, false, () -> false).outcome.state().step();

        Run again = run("patient", settings, true, () -> false);

        assertThat(again.outcome.end()).isEqualTo(FineTune.End.EARLY);
        assertThat(again.outcome.state().step()).isEqualTo(steps);
        assertThat(again.points).isEmpty();
    }

    @Test
    void twoRunsDoNotShareAFolder() throws IOException {
        try (RunLock lock = RunLock.of(folder.resolve("held/checkpoints"))) {
            assertThatThrownBy(() -> run("held", Map.of(), false, () -> false))
                    .isInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining("another run is at work");
        }
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
                    .containsExactlyInAnyOrder("step-00000009", "step-00000010", "run.lock");
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
                .hasMessageMatching("the (loss|gradient's norm) is .* in step \\d+, with the examples q\\d, q\\d; .*");
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

        assertThat(run.points).hasSize(6); // shuffled, the lost picture shares its batch
        assertThat(run.points.get(5).epoch()).isEqualTo(1);
        assertThat(folder.resolve("bad/README.md")).content().contains("| 12 | 2 |");
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
            List<Long> totals,
            List<ValidationPoint> validations,
            List<String> notices) {}

    private Run run(
            String output, Map<String, String> settings, boolean resume, java.util.function.BooleanSupplier stop)
            throws IOException {
        List<TrainingPoint> points = running;
        points.clear();
        List<Long> totals = new ArrayList<>();
        List<ValidationPoint> validations = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(TrainingPoint point, long totalSteps) {
                points.add(point);
                totals.add(totalSteps);
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
                FineTune.run(config(output, settings), Fixtures.path("tiny-transformers"), resume, listener, stop);
        List<TrainingPoint> done = List.copyOf(points);
        points.clear();
        return new Run(outcome, done, totals, validations, notices);
    }

    private FineTuneConfig config(String output, Map<String, String> settings) {
        Map<String, List<String>> keys = new HashMap<>();
        keys.put("model", List.of(Fixtures.path("tiny-transformers").toString()));
        keys.put("output", List.of(folder.resolve(output).toString()));
        keys.put("train", List.of("jsonl:" + data));
        keys.put("epochs", List.of("2"));
        keys.put("batch-size", List.of("2"));
        keys.put("lr", List.of("1e-4"));
        keys.put("threads", List.of("1"));
        settings.forEach((key, value) -> keys.put(key, List.of(value)));
        return ConfigFile.of(keys);
    }
}
