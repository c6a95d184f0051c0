package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against adapters that PEFT 0.21 saved ({@code tools/make_peft_adapter.py}). */
class LoraFilesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TABLE_PREFIX = "base_model.model.";

    @TempDir
    Path folder;

    private Checkpoint checkpoint;

    @BeforeEach
    void load() throws Exception {
        Seeds.set(11);
        checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
    }

    @AfterEach
    void free() {
        checkpoint.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"peft-adapter", "peft-adapter-projector", "peft-adapter-microsoft"})
    void anAdapterThatPeftSavedGivesPeftsLossAndTokens(String name) throws Exception {
        Path saved = peft(name);
        JsonNode expected = JSON.readTree(saved.resolve("expected.json").toFile());
        int[][] tokens = JSON.treeToValue(expected.get("greedy"), int[][].class);
        try (LoraAdapters adapters = LoraFiles.load(saved, checkpoint.weights());
                Weights merged = adapters.merged()) {
            double loss = expected.get("loss").asDouble();
            assertThat(TinyTraining.loss(checkpoint.config(), adapters)).isCloseTo(loss, within(1e-4));
            assertThat(TinyTraining.loss(checkpoint.config(), merged)).isCloseTo(loss, within(1e-4));
            assertThat(TinyTraining.greedy(checkpoint.config(), adapters)).isDeepEqualTo(tokens);
            assertThat(TinyTraining.greedy(checkpoint.config(), merged)).isDeepEqualTo(tokens);
        }
    }

    @Test
    void whatPeftTrainedBesideTheAdaptersComesWithThem() throws Exception {
        try (LoraAdapters adapters = LoraFiles.load(peft("peft-adapter-projector"), checkpoint.weights())) {
            assertThat(adapters.parts())
                    .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(Part.EMBEDDINGS)));
            assertThat(adapters.parameters()).hasSize(46 - 1); // the frame table is a buffer
            assertThat(adapters.options().rank()).isEqualTo(3);
            assertThat(adapters.options().scale("model.language_model.decoder.layers.1.fc2"))
                    .isEqualTo(5.0 / 2);
            assertThat(adapters.options().scale("model.language_model.encoder.layers.1.fc2"))
                    .isEqualTo(6.0 / 2);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyLayout.class)
    void savedAdaptersComeBackFromTheNamesOfEitherLayout(KeyLayout layout) throws Exception {
        LoraOptions options = new LoraOptions(
                3,
                5,
                true,
                0.25,
                LoraTargets.parse("encoder_attn.v_proj,fc1,qkv"),
                Map.of("fc1", 2),
                Map.of("qkv", 7.0));
        try (TrainingWeights frozen = training();
                LoraAdapters adapters = LoraTest.shaken(frozen, options)) {
            LoraFiles.save(adapters, folder, "base", layout);
            try (LoraAdapters loaded = LoraFiles.load(folder, checkpoint.weights())) {
                assertThat(loaded.parameters().keySet())
                        .isEqualTo(adapters.parameters().keySet());
                assertThat(loaded.options().dropout()).isEqualTo(0.25);
                assertThat(TinyTraining.loss(checkpoint.config(), loaded))
                        .isEqualTo(TinyTraining.loss(checkpoint.config(), adapters));
            }
            try (var files = Files.list(folder)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors");
            }
        }
    }

    @Test
    void partsThatTrainedThemselvesComeBackWithTheAdapters() throws Exception {
        LoraOptions options = new LoraOptions(2, 4, false, 0, LoraTargets.parse("self_attn.v_proj"));
        for (Part part : List.of(Part.PROJECTOR, Part.VISION_TOWER, Part.EMBEDDINGS)) {
            try (TrainingWeights training = training(part);
                    LoraAdapters adapters = LoraTest.shaken(training, options)) {
                LoraFiles.save(adapters, folder, "base");
                try (LoraAdapters loaded = LoraFiles.load(folder, checkpoint.weights())) {
                    assertThat(loaded.parts()).isEqualTo(adapters.parts());
                    assertThat(loaded.parameters().keySet())
                            .isEqualTo(adapters.parameters().keySet());
                    assertThat(TinyTraining.loss(checkpoint.config(), loaded))
                            .isEqualTo(TinyTraining.loss(checkpoint.config(), adapters))
                            .isNotCloseTo(TinyTraining.loss(checkpoint.config(), checkpoint.weights()), within(1e-3));
                }
            }
        }
    }

    @Test
    void aBareTensorOfTheOriginalLayoutHasNoPlaceInAnAdapter() throws Exception {
        LoraOptions options = new LoraOptions(2, 4, false, 0, LoraTargets.parse("q_proj"));
        try (TrainingWeights training = training(Part.PROJECTOR);
                LoraAdapters adapters = LoraAdapters.fresh(training, options)) {
            assertThatThrownBy(() -> LoraFiles.save(adapters, folder.resolve("new"), "base", KeyLayout.MICROSOFT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("an adapter of the original layout cannot hold"
                            + " model.multi_modal_projector.image_projection, which is no module there; expected a base"
                            + " in the transformers layout, or merged weights");
            assertThat(folder.resolve("new")).doesNotExist();
        }
    }

    @Test
    void tiedTablesAreTakenTogetherOrNotAtAll() throws Exception {
        Path saved = peft("peft-adapter");
        try (PointerScope scope = new PointerScope()) {
            Tensor table = checkpoint.weights().get(TensorNames.TOKEN_TABLE);
            Tensor other = torch.ones_like(table);
            add(saved, Map.of("lm_head.weight", table));
            try (LoraAdapters adapters = LoraFiles.load(saved, checkpoint.weights())) {
                assertThat(adapters.parts()).doesNotContain(Part.EMBEDDINGS); // PEFT saved a table that had not changed
            }
            String language = "model.language_model.";
            add(saved, Map.of(language + "shared.weight", table, language + "decoder.embed_tokens.weight", table));
            try (LoraAdapters adapters = LoraFiles.load(saved, checkpoint.weights())) {
                assertThat(adapters.parts()).contains(Part.EMBEDDINGS); // trained, if not yet far
            }
            add(saved, Map.of("lm_head.weight", other));
            assertThatThrownBy(() -> LoraFiles.load(saved, checkpoint.weights()))
                    .hasMessageContaining(
                            " apart from what is tied to it; expected token embeddings and output head to be");
        }
    }

    @Test
    void adaptersOfWhatCannotBeAdaptedAreRefused() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            Map<String, String> refusals = new LinkedHashMap<>();
            refusals.put(
                    "lm_head.lora_A.weight", " adapts lm_head, whose table is the token embeddings and the output");
            refusals.put("model.language_model.shared.lora_embedding_A", " adapts model.language_model.shared, whose");
            refusals.put(
                    "model.vision_tower.convs.0.conv.lora_A.weight", "; expected lora_A and lora_B matrices of lin");
            refusals.put("model.language_model.encoder.layers.0.fc1.lora_magnitude_vector.weight", "; expected lora_A");
            refusals.put(
                    "model.language_model.encoder.layers.7.fc1.lora_A.weight", " fit no linear layer of the model");
            refusals.put(
                    "model.language_model.encoder.layers.7.fc1.bias", "of shape (2, 2, 2); expected tensors of the");
            for (Map.Entry<String, String> refusal : refusals.entrySet()) {
                Path saved = peft("peft-adapter");
                boolean matrix = refusal.getKey().contains("layers.7.fc1.lora");
                add(saved, Map.of(refusal.getKey(), matrix ? torch.zeros(4, 32) : torch.zeros(2, 2, 2)));
                assertThatThrownBy(() -> LoraFiles.load(saved, checkpoint.weights()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(refusal.getValue());
            }
        }
    }

    @Test
    void adaptersOfOtherKindsAndSizesAreRefused() throws Exception {
        Path saved = peft("peft-adapter");
        Path file = saved.resolve("adapter_config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        Map<ObjectNode, String> refusals = Map.of(
                config.deepCopy().put("use_dora", true), "sets use_dora, which is not supported; expected plain LoRA",
                config.deepCopy().put("peft_type", "IA3"), "has peft_type \"IA3\"; expected LORA",
                config.deepCopy().put("bias", "all"), "has bias \"all\"; expected none",
                config.deepCopy().put("init_lora_weights", "pissa"),
                        "has init_lora_weights \"pissa\"; expected eva or false or gaussian or orthogonal or true",
                config.deepCopy().put("r", 5), " is of shape (4, 32); expected shape (5, 32)");
        for (Map.Entry<ObjectNode, String> refusal : refusals.entrySet()) {
            JSON.writeValue(file.toFile(), refusal.getKey());
            assertThatThrownBy(() -> LoraFiles.load(saved, checkpoint.weights()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(refusal.getValue());
        }
        Files.writeString(file, "{");
        assertThatThrownBy(() -> LoraFiles.load(saved, checkpoint.weights())).hasMessageContaining("is not valid JSON");
        assertThatThrownBy(() -> LoraFiles.load(folder.resolve("nothing"), checkpoint.weights()))
                .hasMessage("there is no adapter in " + folder.resolve("nothing")
                        + "; expected adapter_config.json and adapter_model.safetensors");
    }

    private TrainingWeights training(Part... parts) {
        Set<Part> frozen = EnumSet.allOf(Part.class);
        frozen.removeAll(List.of(parts));
        return TrainingWeights.of(checkpoint.weights(), frozen);
    }

    private static void add(Path saved, Map<String, Tensor> tensors) throws IOException {
        Path path = saved.resolve("adapter_model.safetensors");
        Map<String, Tensor> all = new LinkedHashMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.tensors().keySet()) {
                all.put(name, file.read(name, DType.FLOAT32).clone());
            }
        }
        tensors.forEach((name, tensor) -> all.put(TABLE_PREFIX + name, tensor));
        SafetensorsWriter.write(path, all, Map.of("format", "pt"));
    }

    private Path peft(String name) throws IOException {
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors", "expected.json")) {
            try (InputStream resource = getClass().getResourceAsStream(name + "/" + file)) {
                assertThat(resource).as(file).isNotNull();
                Files.write(folder.resolve(file), resource.readAllBytes());
            }
        }
        return folder;
    }
}
