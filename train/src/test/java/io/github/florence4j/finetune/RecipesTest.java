package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.data.SourceKind;
import io.github.florence4j.data.SourceSpec;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.pretrain.PretrainFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files that users begin with. */
class RecipesTest {
    private static final Path FOLDER = Path.of("..", "recipes");

    static List<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
    }

    @Test
    void thereIsOneForEachWayOfTheArticleAndThePaper() throws IOException {
        assertThat(recipes().stream().map(file -> file.getFileName().toString()))
                .contains(
                        "docvqa-frozen.yaml",
                        "docvqa-full.yaml",
                        "docvqa-lora.yaml",
                        "cauldron.yaml",
                        "cauldron-then-docvqa.yaml",
                        "docmatix-then-docvqa.yaml",
                        "object-detection.yaml",
                        "captions.yaml",
                        "tiny-pretrain.yaml");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void isReadAndNamesDataAndMetricsThatExist(Path recipe) throws IOException {
        assertThat(stages(recipe)).allSatisfy(config -> {
            assertKnown(config.data().train());
            if (config.data().hasValidation()) {
                assertKnown(config.data().validation());
            }
            String metric = config.evaluation().metric();
            if (!metric.equals("auto")) {
                assertThat(Metric.named(metric).name()).isEqualTo(metric);
            }
        });
        assertThat(comment(recipe)).contains("# Cost");
    }

    private static List<FineTuneConfig> stages(Path recipe) throws IOException {
        return ConfigFile.tree(recipe).has("new-model")
                ? PretrainFile.read(recipe, Map.of()).stages()
                : ConfigFile.readStages(recipe, Map.of());
    }

    private static void assertKnown(JsonNode source) {
        SourceSpec spec = SourceSpec.parse(source.asText());
        assertThat(SourceKind.of(spec.kind()).options())
                .containsAll(spec.options().keySet());
    }

    private static String comment(Path recipe) {
        try {
            return Files.readString(recipe);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStageBeginsWithTheResultOfTheOneBefore() throws IOException {
        List<FineTuneConfig> stages =
                ConfigFile.readStages(FOLDER.resolve("cauldron-then-docvqa.yaml"), Map.of("output", List.of("out")));

        assertThat(stages).hasSize(2);
        assertThat(stages.get(0).model()).isEqualTo("microsoft/Florence-2-base-ft");
        assertThat(stages.get(0).output()).isEqualTo("out/cauldron");
        assertThat(stages.get(1).model()).isEqualTo("out/cauldron");
        assertThat(stages.get(1).output()).isEqualTo("out/docvqa");
        assertThat(stages.get(0).training().maxSteps()).isEqualTo(10_000);
        assertThat(stages.get(1).training().maxSteps()).isZero();
    }
}
