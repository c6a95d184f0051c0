package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that transformers 5.18 and PEFT 0.21 saved or loaded, and what they computed with them ({@code
 * tools/interchange.py}). That we write the bytes that they loaded shows that they load what we write.
 */
class InterchangeTest {
    @TempDir
    private Path saved;

    @ParameterizedTest
    @ValueSource(strings = {"transformers-saved", "florence4j-transformers", "florence4j-microsoft"})
    void aCheckpointGivesTheLossAndTokensThatTransformersGetsFromIt(String name) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(folder(name), DType.FLOAT32)) {
            assertAnswers(name, checkpoint, checkpoint.weights());
        }
    }

    @ParameterizedTest
    @EnumSource(KeyLayout.class)
    void aCheckpointIsSavedAsTheBytesThatTransformersLoaded(KeyLayout layout) throws Exception {
        Path kept = folder("florence4j-" + layout.name().toLowerCase(Locale.ROOT));
        try (Checkpoint checkpoint = Checkpoint.load(folder("florence4j-transformers"), DType.FLOAT32)) {
            CheckpointWriter.save(checkpoint.weights(), checkpoint.config(), layout, DType.FLOAT32, saved);
        }
        assertSame(kept, "model.safetensors", "config.json", "generation_config.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"florence4j-adapter", "florence4j-adapter-microsoft"})
    void adaptersGiveTheLossAndTokensThatPeftGetsFromThem(String name) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(folder("transformers-saved"), DType.FLOAT32);
                LoraAdapters adapters = LoraFiles.load(folder(name), checkpoint.weights());
                Weights merged = adapters.merged()) {
            assertAnswers(name, checkpoint, adapters);
            assertAnswers(name, checkpoint, merged);
        }
    }

    @Test
    void mergedTensorsAreThoseOfPeft() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(folder("transformers-saved"), DType.FLOAT32);
                LoraAdapters adapters = LoraFiles.load(folder("florence4j-adapter"), checkpoint.weights());
                Weights merged = adapters.merged();
                SafetensorsFile peft = SafetensorsFile.open(folder("florence4j-adapter/merged.safetensors"));
                PointerScope scope = new PointerScope()) {
            assertThat(peft.tensors()).hasSizeGreaterThan(adapters.layers().size());
            for (String name : merged.names()) {
                Tensor expected = peft.tensors().containsKey(name)
                        ? peft.read(name, DType.FLOAT32)
                        : checkpoint.weights().get(name);
                assertThat(merged.get(name).sub(expected).abs().max().item_double())
                        .as(name)
                        .isLessThan(1e-6);
            }
        }
    }

    @Test
    void anAdapterThatPeftPickledIsReadToo() throws Exception {
        String name = "florence4j-adapter-microsoft";
        for (String file : List.of("adapter_model.bin", "adapter_config.json")) {
            Files.copy(folder(name).resolve(file), saved.resolve(file));
        }
        try (Checkpoint checkpoint = Checkpoint.load(folder("transformers-saved"), DType.FLOAT32);
                LoraAdapters adapters = LoraFiles.load(saved, checkpoint.weights())) {
            assertAnswers(name, checkpoint, adapters);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyLayout.class)
    void adaptersAreSavedAsTheBytesThatPeftLoaded(KeyLayout layout) throws Exception {
        Path kept = folder("florence4j-adapter" + (layout == KeyLayout.MICROSOFT ? "-microsoft" : ""));
        try (Checkpoint checkpoint = Checkpoint.load(folder("transformers-saved"), DType.FLOAT32);
                LoraAdapters adapters = LoraFiles.load(kept, checkpoint.weights())) {
            LoraFiles.save(adapters, saved, "transformers-saved", layout);
        }
        assertSame(kept, "adapter_model.safetensors", "adapter_config.json");
    }

    @Test
    void theFilesDiffer() throws Exception {
        List<String> names = List.of(
                "transformers-saved", "florence4j-transformers", "florence4j-adapter", "florence4j-adapter-microsoft");
        assertThat(names)
                .extracting(name -> expected(name).get("loss").asDouble())
                .doesNotHaveDuplicates();
        assertThat(names)
                .extracting(name -> expected(name).get("greedy").toString())
                .doesNotHaveDuplicates();
    }

    private static void assertAnswers(String name, Checkpoint checkpoint, Parameters.Source weights)
            throws IOException {
        JsonNode expected = expected(name);
        try (PointerScope scope = new PointerScope()) {
            TrainingBatch batch = InterchangeFiles.batch(folder("."), checkpoint);
            assertThat(TinyTraining.loss(checkpoint.config(), weights, batch))
                    .isCloseTo(expected.get("loss").asDouble(), within(1e-5));
            assertThat(TinyTraining.greedy(checkpoint.config(), weights, batch))
                    .isDeepEqualTo(new ObjectMapper().treeToValue(expected.get("greedy"), int[][].class));
        }
    }

    private void assertSame(Path kept, String... names) throws IOException {
        for (String name : names) {
            assertThat(Files.mismatch(saved.resolve(name), kept.resolve(name)))
                    .as(name)
                    .isEqualTo(-1);
        }
    }

    private static JsonNode expected(String name) {
        try {
            return new ObjectMapper()
                    .readTree(folder(name).resolve("expected.json").toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path folder(String name) {
        try {
            URL resource = Objects.requireNonNull(InterchangeTest.class.getResource("interchange"), "interchange");
            return Path.of(resource.toURI()).resolve(name);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
