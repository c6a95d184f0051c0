package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraTest {
    private static final LoraOptions OPTIONS = new LoraOptions(4, 8, false, 0.5, LoraOptions.LANGUAGE_MODEL);

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

    @Test
    void newAdaptersChangeNothing() throws Exception {
        try (LoraAdapters adapters = LoraAdapters.fresh(checkpoint.weights(), OPTIONS)) {
            assertThat(adapters.parameters()).hasSize(64);
            assertThat(adapters.parts()).containsExactlyInAnyOrder(Part.ENCODER, Part.DECODER);
            assertThat(loss(adapters)).isEqualTo(loss(checkpoint.weights()));
        }
    }

    @Test
    void mergedWeightsComputeWhatTheAdaptersCompute() throws Exception {
        for (boolean rankStabilized : new boolean[] {false, true}) {
            LoraOptions options = new LoraOptions(4, 8, rankStabilized, 0.5, List.of("q_proj", "fc2", "ffn.fc1"));
            try (LoraAdapters adapters = shaken(options);
                    Weights merged = adapters.merged()) {
                assertThat(adapters.parts()).contains(Part.VISION_TOWER);
                double adapted = loss(adapters);
                assertThat(adapted).isNotCloseTo(loss(checkpoint.weights()), within(1e-2));
                assertThat(loss(merged)).isCloseTo(adapted, within(1e-4));
            }
        }
    }

    @Test
    void onlyAdaptersLearnAndTheBaseStaysAsItIs() throws Exception {
        LoraOptions options = new LoraOptions(4, 8, false, 0, LoraOptions.LANGUAGE_MODEL);
        String base = "model.language_model.decoder.layers.1.fc1.weight";
        try (LoraAdapters adapters = LoraAdapters.fresh(checkpoint.weights(), options);
                AdamW optimizer = new AdamW(adapters.parameters(), AdamW.Options.DEFAULT);
                PointerScope scope = new PointerScope()) {
            Tensor before = checkpoint.weights().get(base).clone();
            TrainingStep step = step(adapters, adapters.parts());
            Gradients gradients = new Gradients(adapters.parameters());
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            double first = step.evaluate(batch).mean();
            for (int i = 0; i < 5; i++) {
                gradients.clear();
                gradients.normalize(step.accumulate(batch).tokens(), 1);
                assertThat(gradients.norms()).hasSize(64);
                optimizer.step(1e-2);
            }
            assertThat(step.evaluate(batch).mean()).isLessThan(first - 1);
            assertThat(checkpoint.weights().get(base).equal(before)).isTrue();
            assertThat(checkpoint.weights().get(base).grad().defined()).isFalse();
        }
    }

    @Test
    void dropoutActsInTrainingOnly() throws Exception {
        try (LoraAdapters adapters = shaken(OPTIONS);
                PointerScope scope = new PointerScope()) {
            TrainingStep step = step(adapters, adapters.parts());
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            assertThat(step.evaluate(batch)).isEqualTo(step.evaluate(batch));
            assertThat(step.accumulate(batch)).isNotEqualTo(step.accumulate(batch));
        }
    }

    @Test
    void anAdapterThatPeftSavedGivesPeftsLoss() throws Exception {
        Path saved = peft();
        JsonNode expected =
                new ObjectMapper().readTree(saved.resolve("expected.json").toFile());
        try (LoraAdapters adapters = LoraFiles.load(saved, checkpoint.weights())) {
            assertThat(adapters.parameters()).hasSize(expected.get("tensors").asInt());
            assertThat(loss(adapters)).isCloseTo(expected.get("loss").asDouble(), within(1e-4));
        }
    }

    @Test
    void savedAdaptersComeBack() throws Exception {
        LoraOptions options = new LoraOptions(3, 5, true, 0.25, List.of("encoder_attn.v_proj", "fc1"));
        try (LoraAdapters adapters = shaken(options)) {
            LoraFiles.save(adapters, folder, "base");
            try (LoraAdapters loaded = LoraFiles.load(folder, checkpoint.weights())) {
                assertThat(loaded.parameters().keySet())
                        .isEqualTo(adapters.parameters().keySet());
                assertThat(loaded.options().scale()).isEqualTo(options.scale());
                assertThat(loaded.options().dropout()).isEqualTo(0.25);
                assertThat(loss(loaded)).isEqualTo(loss(adapters));
            }
            try (var files = Files.list(folder)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors");
            }
        }
    }

    @Test
    void whatCannotBeAdaptedOrLoadedIsNamed() throws Exception {
        for (String target : new String[] {"lm_head", "language_model.shared", "embed_positions", "o_proj"}) {
            LoraOptions options = new LoraOptions(4, 8, false, 0, List.of(target));
            assertThatThrownBy(() -> LoraAdapters.fresh(checkpoint.weights(), options))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("LoRA target " + target + " names no linear layer");
        }
        assertThatThrownBy(() -> new LoraOptions(0, 8, false, 0, List.of("fc1")))
                .hasMessage("LoRA rank is 0; expected 1 or more");
        Path saved = peft();
        ObjectMapper json = new ObjectMapper();
        Path file = saved.resolve("adapter_config.json");
        ObjectNode config = (ObjectNode) json.readTree(file.toFile());
        json.writeValue(file.toFile(), config.deepCopy().put("use_dora", true));
        assertThatThrownBy(() -> LoraFiles.load(saved, checkpoint.weights()))
                .hasMessageEndingWith("sets use_dora, which is not supported; expected plain LoRA");
        json.writeValue(file.toFile(), config.deepCopy().put("r", 5));
        assertThatThrownBy(() -> LoraFiles.load(saved, checkpoint.weights()))
                .hasMessageContaining("is of shape [4, 32]; expected shape [5, 32]");
    }

    private Path peft() throws IOException {
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors", "expected.json")) {
            try (InputStream resource = getClass().getResourceAsStream("peft-adapter/" + name)) {
                assertThat(resource).as(name).isNotNull();
                Files.write(folder.resolve(name), resource.readAllBytes());
            }
        }
        return folder;
    }

    /** Adapters with random {@code lora_B}. */
    private LoraAdapters shaken(LoraOptions options) {
        LoraAdapters adapters = LoraAdapters.fresh(checkpoint.weights(), options);
        try (PointerScope scope = new PointerScope()) {
            adapters.parameters().values().forEach(tensor -> tensor.detach()
                    .uniform_(-0.2, 0.2, new GeneratorOptional()));
        }
        return adapters;
    }

    private TrainingStep step(Parameters.Source weights, Set<Part> active) {
        return new TrainingStep(new TrainingNetwork(checkpoint.config(), weights, active), DType.FLOAT32, 128);
    }

    private double loss(Parameters.Source weights) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            return step(weights, Set.of()).evaluate(batch).mean();
        }
    }
}
