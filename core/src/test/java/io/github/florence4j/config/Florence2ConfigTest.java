package io.github.florence4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.VisionConfig.FeatureSource;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both forms of config.json, and what is wrong with others. */
class Florence2ConfigTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void bothLayoutsDescribeTheSameVisionTower() throws IOException {
        VisionConfig transformers =
                Florence2Config.read(Fixtures.path("tiny-transformers")).vision();
        VisionConfig microsoft =
                Florence2Config.read(Fixtures.path("tiny-microsoft")).vision();
        assertThat(microsoft).isEqualTo(transformers);
        assertThat(transformers.embedDim()).containsExactly(16, 32, 64, 128);
        assertThat(transformers.windowSize()).isEqualTo(5);
        assertThat(transformers.visualTokens(96, 96)).isEqualTo(10);
    }

    @Test
    void publishedSizesGive577VisualTokens() throws IOException {
        write(root -> {
            root.putObject("vision_config").put("projection_dim", 768);
            root.putObject("text_config");
        });
        Florence2Config config = Florence2Config.read(folder);
        assertThat(config.vision().visualTokens(768, 768)).isEqualTo(577);
        assertThat(config.vision().depths()).containsExactly(1, 1, 9, 1);
        assertThat(config.text().vocabSize()).isEqualTo(51289);
    }

    @Test
    void theOriginalLayoutIsDecodedByItsTextConfigAndTheOtherByItsGenerationConfig() throws IOException {
        GenerationDefaults published = new GenerationDefaults(3, 3, true, 1.0, OptionalInt.of(0), OptionalInt.of(2));
        // tiny-microsoft has a generation_config.json that says otherwise; the original code ignores it.
        assertThat(Florence2Config.read(Fixtures.path("tiny-microsoft")).generation())
                .isEqualTo(published);
        assertThat(Florence2Config.read(Fixtures.path("tiny-transformers")).generation())
                .isEqualTo(published);
    }

    @Test
    void aCheckpointThatSaysNothingIsDecodedAsFlorence2WasPublished() throws IOException {
        write(root -> {
            root.putObject("vision_config").put("projection_dim", 768);
            root.putObject("text_config");
        });
        assertThat(Florence2Config.read(folder).generation()).isEqualTo(GenerationDefaults.published(0, 2));
    }

    @Test
    void otherFeatureSourcesAreRead() throws IOException {
        write(root -> {
            root.putObject("vision_config")
                    .put("projection_dim", 768)
                    .putArray("image_feature_source")
                    .add("last_frame");
            root.putObject("text_config");
        });
        VisionConfig vision = Florence2Config.read(folder).vision();
        assertThat(vision.featureSources()).isEqualTo(List.of(FeatureSource.LAST_FRAME));
        assertThat(vision.visualTokens(768, 768)).isEqualTo(576);
    }

    @Test
    void wrongConfigurationsAreRefusedInOneSentence() throws IOException {
        assertThatThrownBy(() -> Florence2Config.read(folder.resolve("nowhere")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("is not a folder");
        assertThatThrownBy(() -> Florence2Config.read(folder))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("no config.json");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": ");
        assertRefused("is not valid JSON");
        write(root -> root.put("model_type", "bert"));
        assertRefused("describes \"bert\"; expected Florence-2's vision_config and text_config");
        write(root -> {
            root.putObject("vision_config").put("projection_dim", 768);
            root.putObject("text_config").put("encoder_attention_heads", 7);
        });
        assertRefused("text_config.encoder_attention_heads is 7, which does not divide d_model 768");
        write(root -> {
            root.putObject("vision_config").put("projection_dim", 512);
            root.putObject("text_config");
        });
        assertRefused("vision_config.projection_dim is 512 but text_config.d_model is 768; they must be equal");
        write(root -> {
            root.putObject("vision_config")
                    .put("projection_dim", 768)
                    .putArray("depths")
                    .add(1);
            root.putObject("text_config");
        });
        assertRefused("vision_config.embed_dim has 4 entries; expected 1, one per stage");
    }

    private void assertRefused(String sentence) {
        assertThatThrownBy(() -> Florence2Config.read(folder))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(sentence);
    }

    private void write(Consumer<ObjectNode> content) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        content.accept(root);
        JSON.writeValue(folder.resolve("config.json").toFile(), root);
    }
}
