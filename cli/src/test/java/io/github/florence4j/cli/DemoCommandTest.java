package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.data.ImageRef;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.ListSource;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.Sources;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.report.RunLog;
import io.github.florence4j.report.TrainingPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's steps on a model without experience and a few documents: all of it but the scores. */
class DemoCommandTest {
    private static final String NEW_MODEL =
            """
            new-model:
              {image-size: 64, tower-widths: [16, 32], tower-depths: [0, 1], tower-heads: [1, 2], tower-strides: [4, 4],
               window: 4, width: 32, heads: 2, encoder-layers: 1, decoder-layers: 1, feed-forward: 64, positions: 256}
            """;

    @TempDir
    private static Path folder;

    private static String model;

    @BeforeAll
    static void drawAModel() throws IOException {
        Path file = Files.writeString(
                folder.resolve("new.yaml"),
                NEW_MODEL + "stages: [{name: none, training: {max-steps: 1},"
                        + " data: {train: 'synth:word?size=64'}}]\n");
        Cli.run("pretrain", "-q", "--config", file.toString(), "--output", at("tiny"))
                .succeeded();
        model = at("tiny/none");
    }

    private static String at(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void tellsEverythingInOneJsonObject() throws IOException {
        Cli.Outcome outcome = demo("frozen", "--mode", "frozen", "--json").succeeded();

        assertThat(outcome.json()).hasSize(1);
        JsonNode json = outcome.json().get(0);
        assertThat(json.properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactly("before", "after", "ci", "seconds", "report", "checkpoint");
        assertThat(json.get("before").asDouble()).isBetween(0.0, 100.0);
        assertThat(json.get("after").asDouble())
                .isBetween(
                        json.get("ci").get(0).asDouble(), json.get("ci").get(1).asDouble());
        assertThat(json.get("seconds").asDouble()).isPositive();
        assertThat(Path.of(json.get("report").asText())).content().contains("<html");
        assertThat(Path.of(json.get("checkpoint").asText()).resolve("model.safetensors"))
                .isNotEmptyFile();
        assertThat(Cli.json(Files.readString(folder.resolve("frozen/demo.json"))))
                .isEqualTo(json);
        assertThat(outcome.err()).contains("they have no page in common").contains("loss ");
    }

    @Test
    void learnsInEachModeAndKeepsTheVisionTowerWhereItIsFrozen() throws IOException {
        for (String mode : List.of("frozen", "full", "lora")) {
            demo("mode-" + mode, "--mode", mode, "--quiet").succeeded();
            List<Double> losses = RunLog.read(folder.resolve("mode-" + mode + "/model/metrics.jsonl")).stream()
                    .filter(TrainingPoint.class::isInstance)
                    .map(point -> ((TrainingPoint) point).loss())
                    .toList();
            assertThat(losses.get(losses.size() - 1)).as(mode).isLessThan(losses.get(0));
            assertThat(Files.isDirectory(folder.resolve("mode-" + mode + "/features")))
                    .isEqualTo(!mode.equals("full"));
            assertThat(Files.isDirectory(folder.resolve("mode-" + mode + "/model/adapter")))
                    .isEqualTo(mode.equals("lora"));
            Path card = folder.resolve("mode-" + mode + "/model/README.md");
            assertThat(DocumentedCommandsTest.understood(card)).isEqualTo(1);
        }
        Path adapters = folder.resolve("mode-lora/model/adapter/README.md");
        assertThat(DocumentedCommandsTest.understood(adapters)).isEqualTo(2); // merge, then run
        assertThat(adapters).content().contains("--adapter path/to/model/adapter");
    }

    @Test
    void showsTheTableAnswersAndWhatToDoNext() throws IOException {
        Cli.Outcome outcome = demo("shown", "--quiet").succeeded();

        assertThat(outcome.out())
                .contains("<DocVQA>{question}", "<VQA>{question}", "<REGION_TO_DESCRIPTIO")
                .contains("before", "after")
                .containsPattern("D − A = \\S+ \\[")
                .contains("report:     " + at("shown") + "/report/report.html")
                .containsPattern("--text '[^<]+' " + at("shown") + "/page.png")
                .contains("florence4j finetune --model microsoft/Florence-2-base-ft");
        assertThat(outcome.out().lines().filter(line -> line.startsWith("    right:")))
                .hasSize(10);
        RgbImage page = RgbImage.read(folder.resolve("shown/page.png"));
        assertThat(page.width()).isEqualTo(DemoRecipe.SIDE);
    }

    @Test
    void theSameSeedDrawsTheSameDocumentsAndAnotherOthers() throws IOException {
        demo("once", "--quiet", "--seed", "5").succeeded();
        String once = Files.readString(folder.resolve("once/documents/synth.json"));
        demo("once", "--quiet", "--seed", "5").succeeded(); // in place of the earlier one
        assertThat(Files.readString(folder.resolve("once/documents/synth.json")))
                .isEqualTo(once);
        demo("once", "--quiet", "--seed", "6").succeeded();
        assertThat(Files.readString(folder.resolve("once/documents/synth.json")))
                .isNotEqualTo(once);
    }

    @Test
    void testAndTrainingHaveNoPageInCommon() throws IOException {
        demo("apart", "--quiet").succeeded();
        DemoFolder apart = new DemoFolder(folder.resolve("apart"));
        try (IndexedSource train = Sources.open(apart.source("train"));
                IndexedSource test = Sources.open(apart.source("test"))) {
            DemoSplits training = DemoSplits.of(train);
            assertThat(training.pictures()).hasSize(8);
            assertThat(DemoSplits.of(test).pictures()).hasSize(2);
            DemoSplits.requireDisjoint(training, DemoSplits.of(test));
            assertThatThrownBy(() -> DemoSplits.requireDisjoint(training, training))
                    .hasMessage("training and test have 8 pages in common");
        }
        DemoSplits other = DemoSplits.of(source("a", "What?", "this"));
        assertThatThrownBy(() -> DemoSplits.requireDisjoint(other, DemoSplits.of(source("b", "What?", "this"))))
                .hasMessage("training and test have 1 pages with the same questions and answers in common");
        DemoSplits.requireDisjoint(other, DemoSplits.of(source("b", "What?", "that")));
    }

    private static IndexedSource source(String picture, String question, String answer) {
        ImageRef image = ImageRef.ofBytes(picture.getBytes(java.nio.charset.StandardCharsets.UTF_8), picture);
        return new ListSource("list", List.of(new Sample("1", image, question, List.of(answer))));
    }

    @Test
    void leavesFoldersAloneThatNoDemoMade() throws IOException {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(mine.resolve("thesis.txt"), "years of work");
        demo("mine", "--quiet").failedWith(1, "is not empty and no demo made it");
        try (Stream<Path> left = Files.list(mine)) {
            assertThat(left).hasSize(1);
        }
        Cli.run("demo", "-m", model, "--documents", "-1").failedWith(2, "--documents is -1; expected 1 or more");
        Cli.run("demo", "-m", model, "--mode", "half").failedWith(2, "--mode");
    }

    private static Cli.Outcome demo(String output, String... more) {
        Stream<String> basic = Stream.of("demo", "-m", model, "--documents", "8", "-o", at(output));
        return Cli.run(Stream.concat(basic, Stream.of(more)).toArray(String[]::new));
    }
}
