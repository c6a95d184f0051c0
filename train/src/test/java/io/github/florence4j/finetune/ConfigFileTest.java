package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.train.LearningRate.Schedule;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    private Path folder;

    @Test
    void keysThatAreLeftOutHaveTheirDefaults() throws IOException {
        FineTuneConfig config = read(
                """
                model: microsoft/Florence-2-base-ft
                output: runs/docvqa
                data:
                  train: docvqa:data/train*.parquet
                training:
                  freeze: [vision_tower]
                optimizer:
                  schedule: cosine
                """);

        assertThat(config.model()).isEqualTo("microsoft/Florence-2-base-ft");
        assertThat(config.data().train().asText()).isEqualTo("docvqa:data/train*.parquet");
        assertThat(config.training().freeze()).containsExactly(Part.VISION_TOWER);
        assertThat(config.optimizer().schedule()).isEqualTo(Schedule.COSINE);
        assertThat(config.optimizer().lr()).isEqualTo(1e-6);
        assertThat(config.training().epochs()).isEqualTo(7);
        assertThat(config.evaluation()).isEqualTo(FineTuneConfig.Evaluation.DEFAULTS);
    }

    @Test
    void numbersMayBeWrittenAsInTheArticle() throws IOException {
        assertThat(read("optimizer: {lr: 1e-6}").optimizer().lr()).isEqualTo(1e-6);
        assertThat(read("optimizer: {lr: 1.0e-05}").optimizer().lr()).isEqualTo(1e-5);
    }

    @Test
    void flagsReplaceWhatTheFileSays() throws IOException {
        Path file = Files.writeString(folder.resolve("run.yaml"), "training: {epochs: 3, freeze: [encoder]}\n");

        FineTuneConfig config = ConfigFile.read(
                file,
                Map.of(
                        "epochs", List.of("5"),
                        "freeze", List.of("vision_tower,projector"),
                        "batch-size", List.of("auto"),
                        "eval-every", List.of("200"),
                        "no-decay-groups", List.of("false")));

        assertThat(config.training().epochs()).isEqualTo(5);
        assertThat(config.training().freeze()).containsExactly(Part.VISION_TOWER, Part.PROJECTOR);
        assertThat(config.training().batchSize().isAuto()).isTrue();
        assertThat(config.evaluation().evalEvery()).isEqualTo(Interval.ofSteps(200));
        assertThat(config.optimizer().noDecayGroups()).isFalse();
    }

    @Test
    void whatIsWrittenIsReadBackAlike() throws IOException {
        FineTuneConfig config = ConfigFile.of(Map.of(
                "model", List.of("m"),
                "train", List.of("jsonl:a.jsonl"),
                "freeze", List.of("vision_tower"),
                "feature-cache", List.of("features"),
                "lr", List.of("3e-5"),
                "ema", List.of("0.999"),
                "save-every", List.of("off"),
                "lora-rank", List.of("8"),
                "save-precision", List.of("fp16")));

        assertThat(read(ConfigFile.write(config))).isEqualTo(config);
    }

    @Test
    void aChoiceThatDependsOnTheMachineIsWrittenAsWhatWasChosen() throws IOException {
        FineTuneConfig config = read("training: {precision: auto}");
        boolean half =
                io.github.florence4j.packed.Precision.AUTO.resolve() == io.github.florence4j.packed.Precision.BF16;
        assertThat(config.training().precision()).isEqualTo(half ? Precision.BF16 : Precision.FP32);
        assertThat(ConfigFile.write(config)).contains(half ? "precision: bf16" : "precision: fp32");
    }

    @Test
    void theDefaultsAreReadBackAlike() throws IOException {
        assertThat(read(ConfigFile.write(FineTuneConfig.DEFAULTS))).isEqualTo(FineTuneConfig.DEFAULTS);
        assertThat(read("")).isEqualTo(FineTuneConfig.DEFAULTS);
    }

    @Test
    void namesOfKeysAreUniqueSoThatTheyCanBeFlags() {
        Set<String> names = new HashSet<>();
        assertThat(ConfigKey.all()).hasSizeGreaterThan(30).allSatisfy(key -> {
            assertThat(names.add(key.name())).as(key.name()).isTrue();
            assertThat(key.setting().value()).as(key.name()).endsWith(".");
        });
        assertThat(names)
                .contains("model", "train", "validation", "output", "epochs", "max-steps", "batch-size", "accumulation")
                .contains(
                        "lr", "schedule", "warmup-steps", "weight-decay", "no-decay-groups", "max-grad-norm", "freeze")
                .contains("lora-rank", "feature-cache", "precision", "shuffle", "seed", "eval-every", "save-every");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            learning-rate: 1          | unknown key learning-rate; expected one of data, evaluation, lora
            lr: 1                     | unknown key lr; it belongs to the section optimizer
            training: {epoch: 1}      | unknown key epoch; did you mean epochs?
            training: 7               | training is 7; expected a section with keys
            training: {epochs: many}  | epochs is many; expected a whole number
            training: {epochs: 0}     | epochs is 0; expected 1 or more
            training: {freeze: [eye]} | freeze is eye; expected one of vision_tower, projector, embeddings, encoder, decoder
            training: {batch-size: x} | batch-size is x; expected a number or auto
            training: {precision: 16} | precision
            training: {ema: 1}        | ema is 1.0; expected 0 or more and below 1
            data: {shuffle: maybe}    | shuffle is maybe; expected true or false
            evaluation: {eval-every: x} | an interval is x; expected a number of steps, epoch or off
            optimizer: {lr: 0}        | lr is 0.0; expected above 0
            [1, 2]                    | holds no keys
            a: b: c                   | is no YAML
            model: a%model: b         | is no YAML
            """)
    void mistakesAreToldInOneSentence(String yaml, String sentence) {
        assertThatThrownBy(() -> read(yaml.replace('%', '\n')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {global-batch: 12, batch-size: 8}            | expected a multiple of batch-size
            {global-batch: 16, accumulation: 2}          | expected only one of them
            {feature-cache: dir}                         | but the vision tower trains
            {freeze: [vision_tower, projector, embeddings, encoder, decoder]} | freeze names every part
            """)
    void keysThatContradictEachOtherAreRefused(String training, String sentence) {
        assertThatThrownBy(() -> read("training: " + training))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    private FineTuneConfig read(String yaml) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("config.yaml"), yaml), Map.of());
    }
}
