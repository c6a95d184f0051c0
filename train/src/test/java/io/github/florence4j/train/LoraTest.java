package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.nn.Parameters;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoraTest {
    private static final LoraOptions OPTIONS = new LoraOptions(4, 8, false, 0.5, LoraTargets.LANGUAGE_MODEL);

    private Checkpoint checkpoint;
    private TrainingWeights frozen;
    private TrainingWeights projector;

    @BeforeEach
    void load() throws Exception {
        Seeds.set(11);
        checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
        frozen = TrainingWeights.of(checkpoint.weights(), EnumSet.allOf(Part.class));
        projector = TrainingWeights.of(checkpoint.weights(), EnumSet.complementOf(EnumSet.of(Part.PROJECTOR)));
    }

    @AfterEach
    void free() {
        projector.close();
        frozen.close();
        checkpoint.close();
    }

    @Test
    void newAdaptersChangeNothing() throws Exception {
        try (LoraAdapters adapters = LoraAdapters.fresh(frozen, OPTIONS)) {
            assertThat(adapters.parameters()).hasSize(64);
            assertThat(adapters.parts()).containsExactlyInAnyOrder(Part.ENCODER, Part.DECODER);
            assertThat(adapters.describe())
                    .isEqualTo("9,216 of 2,461,888 parameters train: adapters of 32 layers of encoder, decoder");
            assertThat(loss(adapters)).isEqualTo(loss(checkpoint.weights()));
        }
    }

    @Test
    void mergedWeightsComputeWhatTheAdaptersCompute() throws Exception {
        for (boolean rankStabilized : new boolean[] {false, true}) {
            LoraOptions options = new LoraOptions(
                    4, 8, rankStabilized, 0.5, LoraTargets.parse("q_proj, fc2, ffn.fc1, image_projection"));
            try (LoraAdapters adapters = shaken(frozen, options);
                    Weights merged = adapters.merged()) {
                assertThat(adapters.parts()).contains(Part.VISION_TOWER, Part.PROJECTOR);
                double adapted = loss(adapters);
                assertThat(adapted).isNotCloseTo(loss(checkpoint.weights()), within(1e-2));
                assertThat(loss(merged)).isCloseTo(adapted, within(1e-4));
                assertThat(merged.names()).isEqualTo(checkpoint.weights().names());
            }
        }
    }

    @Test
    void onlyAdaptersLearnAndTheBaseStaysAsItIs() throws Exception {
        LoraOptions options = new LoraOptions(4, 8, false, 0, LoraTargets.LANGUAGE_MODEL);
        String base = "model.language_model.decoder.layers.1.fc1.weight";
        try (LoraAdapters adapters = LoraAdapters.fresh(frozen, options);
                PointerScope scope = new PointerScope()) {
            Tensor before = checkpoint.weights().get(base).clone();
            assertThat(learn(adapters)).isEqualTo(64);
            assertThat(checkpoint.weights().get(base).equal(before)).isTrue();
            assertThat(checkpoint.weights().get(base).grad().defined()).isFalse();
        }
    }

    @Test
    void aPartThatTrainsItselfLearnsWithTheAdapters() throws Exception {
        LoraOptions options = new LoraOptions(4, 8, false, 0, LoraTargets.LANGUAGE_MODEL);
        try (LoraAdapters adapters = LoraAdapters.fresh(projector, options);
                PointerScope scope = new PointerScope()) {
            assertThat(adapters.parts()).containsExactlyInAnyOrder(Part.PROJECTOR, Part.ENCODER, Part.DECODER);
            assertThat(adapters.parameters()).hasSize(64 + 5).containsKey(TensorNames.IMAGE_PROJECTION);
            assertThat(adapters.describe()).endsWith("adapters of 32 layers of encoder, decoder, and all of projector");
            assertThat(learn(adapters)).isEqualTo(64 + 5);
            Tensor original = checkpoint.weights().get(TensorNames.IMAGE_PROJECTION);
            try (Weights merged = adapters.merged()) {
                assertThat(merged.get(TensorNames.IMAGE_PROJECTION).equal(original))
                        .isFalse();
                assertThat(merged.get(TensorNames.IMAGE_PROJECTION).requires_grad())
                        .isFalse();
                assertThat(loss(merged)).isCloseTo(loss(adapters), within(1e-4));
            }
        }
    }

    @Test
    void dropoutFollowsThePassAndNotTheRecordingOfGradients() throws Exception {
        LoraOptions everywhere = new LoraOptions(4, 8, false, 0.5, LoraTargets.ALL_LINEAR);
        try (LoraAdapters adapters = shaken(frozen, everywhere);
                PointerScope scope = new PointerScope()) {
            TrainingStep step = step(adapters, adapters.parts());
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            assertThat(step.evaluate(batch)).isEqualTo(step.evaluate(batch));
            assertThat(step.accumulate(batch)).isNotEqualTo(step.accumulate(batch));
            TrainingNetwork network = network(adapters, adapters.parts());
            Tensor once = network.hidden(batch, Regularization.NONE);
            assertThat(once.requires_grad()).isTrue();
            assertThat(once.equal(network.hidden(batch, Regularization.NONE))).isTrue();
        }
    }

    @Test
    void everyLinearLayerDropsItsAdaptersInputInTraining() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            for (String target : List.of(
                    "window_attn.qkv",
                    "channel_attn.proj",
                    "ffn.fc2",
                    "image_projection",
                    "q_proj",
                    "encoder_attn.k_proj",
                    "decoder.layers.1.self_attn.out_proj",
                    "encoder.layers.0.fc1")) {
                LoraOptions options = new LoraOptions(4, 8, false, 0.5, new LoraTargets.Named(List.of(target)));
                try (LoraAdapters adapters = shaken(frozen, options)) {
                    TrainingStep step = step(adapters, adapters.parts());
                    assertThat(step.accumulate(batch)).as(target).isNotEqualTo(step.accumulate(batch));
                }
            }
        }
    }

    @Test
    void targetsAreChosenAsPeftChoosesThem() {
        assertThat(layers("q_proj,fc2")).hasSize(6 + 4 + 10); // fc2 is in the vision tower too
        assertThat(layers("all-linear")).hasSize(32 + 1 + 10 * 4);
        assertThat(layers(".*language_model.*\\.(encoder|decoder)\\.layers\\.1\\..*_proj"))
                .hasSize(12);
        assertThat(layers("model.language_model.encoder.layers.0.fc1")).hasSize(1);
        assertThat(layers("fn.net.fc1")).isEqualTo(layers("ffn.fc1")).hasSize(10); // as the original code calls it
        assertThat(layers("language_model\\.model\\.encoder\\.layers\\.0\\.fc[12]"))
                .hasSize(2);
        LoraOptions byDefault = new LoraOptions(1, 1, false, 0, LoraTargets.LANGUAGE_MODEL);
        try (LoraAdapters adapters = LoraAdapters.fresh(frozen, byDefault)) {
            assertThat(adapters.layers())
                    .isEqualTo(layers(".*language_model.*(attn\\.(q|k|v|out)_proj|fc[12])"))
                    .hasSize(32);
        }
    }

    @Test
    void ranksAndStrengthsFollowTheirPatterns() {
        LoraOptions options = new LoraOptions(
                4,
                8,
                false,
                0,
                LoraTargets.parse("q_proj,fc1"),
                Map.of("decoder\\.layers\\.\\d+\\.fc1", 2),
                Map.of("encoder_attn.q_proj", 3.0));
        String fc1 = "model.language_model.decoder.layers.0.fc1";
        String q = "model.language_model.decoder.layers.1.encoder_attn.q_proj";
        try (LoraAdapters adapters = LoraAdapters.fresh(frozen, options)) {
            assertThat(adapters.parameters().get(fc1 + ".lora_A.weight").shape())
                    .containsExactly(2, 32);
            assertThat(adapters.parameters().get(q + ".lora_B.weight").shape()).containsExactly(32, 4);
        }
        assertThat(options.scale(fc1)).isEqualTo(8.0 / 2);
        assertThat(options.scale(q)).isEqualTo(3.0 / 4);
        assertThat(options.scale("model.language_model.encoder.layers.0.fc1")).isEqualTo(2);
        assertThat(new LoraOptions(4, 8, true, 0, LoraTargets.ALL_LINEAR).scale(q))
                .isEqualTo(4);
    }

    @Test
    void whatCannotBeAdaptedIsNamed() {
        for (String target : new String[] {"embed_positions", "o_proj", "conv1"}) {
            assertThatThrownBy(() -> layers("q_proj," + target))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("LoRA targets " + target + " fit no linear layer of the model; expected");
        }
        for (String target : new String[] {"lm_head", "language_model.shared", "q_proj,embed_tokens", ".*"}) {
            assertThatThrownBy(() -> layers(target))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(
                            "LoRA targets .* fit .*, whose table is the token embeddings and the output head"
                                    + " in one; expected linear layers .*");
        }
        assertThatThrownBy(() -> LoraAdapters.fresh(projector, new LoraOptions(4, 8, false, 0, LoraTargets.ALL_LINEAR)))
                .hasMessage(
                        "LoRA target model.multi_modal_projector.image_projection is in a part whose own weights train;"
                                + " expected a frozen part, or other targets");
        assertThatThrownBy(() -> new LoraOptions(0, 8, false, 0, LoraTargets.ALL_LINEAR))
                .hasMessage("LoRA rank is 0; expected 1 or more");
        assertThatThrownBy(() -> LoraTargets.parse(" , ")).hasMessageStartingWith("LoRA has no targets");
        assertThatThrownBy(() -> LoraTargets.parse("(q_proj"))
                .hasMessage("LoRA target \"(q_proj\" is no regular expression: Unclosed group near position 7");
    }

    private Set<String> layers(String targets) {
        LoraOptions options = new LoraOptions(1, 1, false, 0, LoraTargets.parse(targets));
        try (LoraAdapters adapters = LoraAdapters.fresh(frozen, options)) {
            return adapters.layers();
        }
    }

    /** Five steps that must lower the loss; gives the number of gradients. */
    private int learn(LoraAdapters adapters) throws IOException {
        try (AdamW optimizer = new AdamW(adapters.parameters(), AdamW.Options.DEFAULT);
                PointerScope scope = new PointerScope()) {
            TrainingStep step = step(adapters, adapters.parts());
            Gradients gradients = new Gradients(adapters.parameters());
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            double first = step.evaluate(batch).mean();
            for (int i = 0; i < 5; i++) {
                gradients.clear();
                gradients.normalize(step.accumulate(batch).tokens(), 1);
                optimizer.step(1e-2);
            }
            assertThat(step.evaluate(batch).mean()).isLessThan(first - 1);
            return gradients.norms().size();
        }
    }

    /** Adapters with random {@code lora_B}. */
    static LoraAdapters shaken(TrainingWeights base, LoraOptions options) {
        LoraAdapters adapters = LoraAdapters.fresh(base, options);
        try (PointerScope scope = new PointerScope()) {
            adapters.parameters().values().forEach(tensor -> tensor.detach()
                    .uniform_(-0.2, 0.2, new GeneratorOptional()));
        }
        return adapters;
    }

    private TrainingNetwork network(Parameters.Source weights, Set<Part> active) {
        return new TrainingNetwork(checkpoint.config(), weights, active);
    }

    private TrainingStep step(Parameters.Source weights, Set<Part> active) {
        return new TrainingStep(network(weights, active), DType.FLOAT32, 128);
    }

    private double loss(Parameters.Source weights) throws IOException {
        return TinyTraining.loss(checkpoint.config(), weights);
    }
}
