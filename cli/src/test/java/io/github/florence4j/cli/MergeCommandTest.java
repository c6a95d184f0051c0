package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.train.LoraAdapters;
import io.github.florence4j.train.LoraFiles;
import io.github.florence4j.train.LoraOptions;
import io.github.florence4j.train.LoraTargets;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointSummary;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeCommandTest {
    @TempDir
    private Path folder;

    @Test
    void mergedCheckpointsOfEitherLayoutAnswerAlikeAndOtherwiseThanTheirBase() throws IOException {
        Path adapter = adapter();
        JsonNode answer = null;
        for (String layout : List.of("transformers", "microsoft")) {
            Path merged = folder.resolve(layout);
            assertThat(merge(adapter, merged, "--layout", layout).succeeded().out())
                    .isEqualTo(merged + System.lineSeparator());
            JsonNode now = answer(merged.toString());
            assertThat(answer == null ? now : answer).isEqualTo(now);
            answer = now;
            CheckpointSummary summary = CheckpointSummary.read(merged);
            assertThat(summary.layout()).hasToString(layout.toUpperCase(Locale.ROOT));
            assertThat(summary.bytes()).containsKey(DType.FLOAT32);
        }
        assertThat(answer).isNotEqualTo(answer(Cli.fixture("tiny-microsoft")));
        assertThat(names(folder)).containsExactlyInAnyOrder("adapter", "transformers", "microsoft");
    }

    @Test
    void savesInThePrecisionThatIsAskedForOrElseTheBases() throws IOException {
        Path adapter = adapter();
        merge(adapter, folder.resolve("half"), "--dtype", "bf16").succeeded();
        assertThat(CheckpointSummary.read(folder.resolve("half")).bytes()).containsOnlyKeys(DType.BFLOAT16);
        Cli.run("merge", "-m", Cli.fixture("tiny-microsoft-bin"), "--adapter", adapter.toString(), "-o", at("fp16"))
                .succeeded();
        CheckpointSummary summary = CheckpointSummary.read(folder.resolve("fp16"));
        assertThat(summary.bytes()).containsOnlyKeys(DType.FLOAT16);
        assertThat(summary.layout()).isEqualTo(KeyLayout.MICROSOFT);
    }

    @Test
    void refusesWhatIsInTheWayAndLeavesNothingBehindWhenItFails() throws IOException {
        Path adapter = adapter();
        merge(adapter, adapter).failedWith(1, "adapter is there already; expected a new folder, or an empty one");
        merge(folder, folder.resolve("new")).failedWith(1, "there is no adapter in " + folder + "; expected adapter_");
        assertThat(names(folder)).containsExactly("adapter");
        Cli.run("merge", "-m", Cli.fixture("tiny-microsoft"), "--adapter", adapter.toString())
                .failedWith(2, "--output=DIR");
        Files.createDirectory(folder.resolve("empty"));
        merge(adapter, folder.resolve("empty")).succeeded();
        assertThat(names(folder.resolve("empty")))
                .contains("model.safetensors", "config.json", "tokenizer.json", "preprocessor_config.json");
    }

    @Test
    void writesACheckpointAnewWithoutAdapters() throws IOException {
        String base = Cli.fixture("tiny-microsoft");
        Cli.run("merge", "-m", base, "-o", at("half"), "--dtype", "fp16").succeeded();
        CheckpointSummary summary = CheckpointSummary.read(folder.resolve("half"));
        assertThat(summary.bytes()).containsOnlyKeys(DType.FLOAT16);
        assertThat(summary.layout()).isEqualTo(KeyLayout.MICROSOFT);
        assertThat(summary.parameters())
                .isEqualTo(CheckpointSummary.read(Path.of(base)).parameters());
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private static Cli.Outcome merge(Path adapter, Path output, String... more) {
        List<String> arguments = Stream.concat(
                        Stream.of(
                                "merge",
                                "-m",
                                Cli.fixture("tiny-microsoft"),
                                "--adapter",
                                adapter.toString(),
                                "--output",
                                output.toString()),
                        Stream.of(more))
                .toList();
        return Cli.run(arguments.toArray(String[]::new));
    }

    private static JsonNode answer(String model) {
        return Cli.run(
                        "run",
                        "-m",
                        model,
                        "-t",
                        "CAPTION",
                        "--max-new-tokens",
                        "8",
                        "--json",
                        Cli.fixture("images/coffee.png"))
                .succeeded()
                .json()
                .get(0)
                .get("result");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Adapters that change every answer. */
    private Path adapter() throws IOException {
        LoraOptions options = new LoraOptions(4, 16, false, 0, LoraTargets.LANGUAGE_MODEL);
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-microsoft"), DType.FLOAT32);
                TrainingWeights frozen = TrainingWeights.of(checkpoint.weights(), EnumSet.allOf(Part.class));
                LoraAdapters adapters = LoraAdapters.fresh(frozen, options);
                PointerScope scope = new PointerScope()) {
            adapters.parameters().values().forEach(tensor -> tensor.detach()
                    .uniform_(-0.2, 0.2, new GeneratorOptional()));
            LoraFiles.save(adapters, folder.resolve("adapter"), "base", KeyLayout.MICROSOFT);
        }
        return folder.resolve("adapter");
    }
}
