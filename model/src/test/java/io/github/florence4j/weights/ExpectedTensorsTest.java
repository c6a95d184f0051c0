package io.github.florence4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.GenerationDefaults;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.config.VisionConfig.FeatureSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Counts of tensors and parameters against those of the reference (specification 1.2 and 4.1). */
class ExpectedTensorsTest {
    private static final int TIED = TensorNames.TIED.size();

    @Test
    void theBaseModelHasTheParametersOfTheReference() {
        Florence2Config base = config(768, 6, 12, List.of(128, 256, 512, 1024), 51_289, 1024);
        assertThat(total(base)).isEqualTo(231_414_016);
        assertThat(CheckpointSummary.parameters(base).get(Part.VISION_TOWER)).isEqualTo(90_368_000);
        assertThat(total(base.withTables(51_328, 1024))).isEqualTo(231_443_968);
    }

    @Test
    void theLargeModelHasTheParametersOfTheReference() {
        Florence2Config large = config(1024, 12, 16, List.of(256, 512, 1024, 2048), 51_289, 1024);
        assertThat(total(large)).isEqualTo(770_173_952);
        assertThat(CheckpointSummary.parameters(large).get(Part.VISION_TOWER)).isEqualTo(360_632_320);
        assertThat(total(large.withTables(51_289, 4096))).isEqualTo(776_465_408);
    }

    @Test
    void thereAreAsManyTensorsAsInTheReference() {
        Florence2Config base = config(768, 6, 12, List.of(128, 256, 512, 1024), 51_289, 1024);
        Florence2Config large = config(1024, 12, 16, List.of(256, 512, 1024, 2048), 51_289, 1024);
        assertThat(ExpectedTensors.of(base)).hasSize(665);
        assertThat(ExpectedTensors.of(base).size() + TIED).isEqualTo(668);
        assertThat(ExpectedTensors.of(base).size() + TIED + 1)
                .as("with the logits bias")
                .isEqualTo(669);
        assertThat(ExpectedTensors.of(large).size() + TIED).isEqualTo(920);
        assertThat(ExpectedTensors.of(large).size() + TIED + 1)
                .as("with the logits bias")
                .isEqualTo(921);
    }

    @Test
    void everyNameIsRenamedToTheOriginalLayoutAndBack() {
        Florence2Config base = config(768, 6, 12, List.of(128, 256, 512, 1024), 51_289, 1024);
        for (String name : ExpectedTensors.of(base).keySet()) {
            String original = KeyLayout.MICROSOFT.fromTransformers(name).orElseThrow();
            assertThat(original).isNotEqualTo(name);
            assertThat(KeyLayout.MICROSOFT.toTransformers(original)).contains(name);
        }
        assertThat(KeyLayout.MICROSOFT.toTransformers("language_model.lm_head.weight"))
                .contains(TensorNames.HEAD);
        assertThat(KeyLayout.MICROSOFT.toTransformers("something.else")).isEmpty();
    }

    @Test
    void renamesMatchTheExamplesOfTheSpecification() {
        Map<String, String> examples = Map.of(
                "vision_tower.blocks.2.8.spatial_block.window_attn.fn.qkv.weight",
                "model.vision_tower.blocks.2.8.spatial_block.window_attn.qkv.weight",
                "vision_tower.blocks.0.0.channel_block.channel_attn.norm.bias",
                "model.vision_tower.blocks.0.0.channel_block.norm1.bias",
                "vision_tower.blocks.0.0.spatial_block.ffn.fn.net.fc1.bias",
                "model.vision_tower.blocks.0.0.spatial_block.ffn.fc1.bias",
                "vision_tower.convs.3.proj.weight",
                "model.vision_tower.convs.3.conv.weight",
                "image_projection",
                "model.multi_modal_projector.image_projection.weight",
                "image_pos_embed.row_embeddings.weight",
                "model.multi_modal_projector.image_position_embed.row_embeddings.weight");
        examples.forEach((original, name) ->
                assertThat(KeyLayout.MICROSOFT.toTransformers(original)).contains(name));
    }

    private static long total(Florence2Config config) {
        return CheckpointSummary.parameters(config).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static Florence2Config config(
            int width, int layers, int heads, List<Integer> vision, int vocabulary, int positions) {
        List<Integer> groups = vision.stream().map(channels -> channels / 32).toList();
        return new Florence2Config(
                new VisionConfig(
                        3,
                        List.of(1, 1, 9, 1),
                        vision,
                        groups,
                        groups,
                        List.of(7, 3, 3, 3),
                        List.of(4, 2, 2, 2),
                        List.of(3, 1, 1, 1),
                        List.of(false, true, true, true),
                        12,
                        4.0,
                        true,
                        0.1,
                        width,
                        50,
                        100,
                        List.of(FeatureSource.SPATIAL_AVG_POOL, FeatureSource.TEMPORAL_AVG_POOL)),
                new TextConfig(
                        vocabulary,
                        width,
                        layers,
                        layers,
                        heads,
                        heads,
                        4 * width,
                        4 * width,
                        positions,
                        0.1,
                        0.1,
                        0.1,
                        0,
                        0,
                        false,
                        0.02,
                        0,
                        1,
                        2,
                        2),
                GenerationDefaults.published(0, 2),
                OptionalInt.empty());
    }
}
