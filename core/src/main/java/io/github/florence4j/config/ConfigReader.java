package io.github.florence4j.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.florence4j.config.VisionConfig.FeatureSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** Reads both forms of {@code config.json}: field names of the original code and of transformers. */
final class ConfigReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<FeatureSource> DEFAULT_SOURCES =
            List.of(FeatureSource.SPATIAL_AVG_POOL, FeatureSource.TEMPORAL_AVG_POOL);

    private ConfigReader() {}

    static Florence2Config read(Path directory) throws IOException {
        Path file = directory.resolve("config.json");
        if (!Files.isDirectory(directory)) {
            throw new InvalidConfigException(
                    directory + " is not a folder; expected a checkpoint folder with config.json");
        }
        if (!Files.isRegularFile(file)) {
            throw new InvalidConfigException(
                    "no config.json in " + directory + "; expected a Florence-2 checkpoint folder");
        }
        JsonNode root = parse(file);
        JsonNode vision = root.path("vision_config");
        JsonNode text = root.path("text_config");
        if (!vision.isObject() || !text.isObject()) {
            throw new InvalidConfigException(
                    file + " describes \"" + root.path("model_type").asText("an unnamed model")
                            + "\"; expected Florence-2's vision_config and text_config");
        }
        TextConfig textConfig = text(text, root);
        return new Florence2Config(
                vision(vision, root),
                textConfig,
                generation(directory, text, textConfig),
                root.hasNonNull("image_token_id")
                        ? OptionalInt.of(root.get("image_token_id").asInt())
                        : OptionalInt.empty());
    }

    private static JsonNode parse(Path file) throws IOException {
        try {
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new InvalidConfigException(file + " is not valid JSON: " + e.getOriginalMessage());
        }
    }

    private static VisionConfig vision(JsonNode vision, JsonNode root) {
        JsonNode width = either(vision, "embed_dim", "dim_embed");
        return new VisionConfig(
                vision.path("in_channels").asInt(3),
                ints(vision, "depths", List.of(1, 1, 9, 1)),
                width.isMissingNode() ? List.of(128, 256, 512, 1024) : elements("embed_dim", width, JsonNode::asInt),
                ints(vision, "num_heads", List.of(4, 8, 16, 32)),
                ints(vision, "num_groups", List.of(4, 8, 16, 32)),
                ints(vision, "patch_size", List.of(7, 3, 3, 3)),
                ints(vision, "patch_stride", List.of(4, 2, 2, 2)),
                ints(vision, "patch_padding", List.of(3, 1, 1, 1)),
                vision.has("patch_prenorm")
                        ? elements("patch_prenorm", vision.get("patch_prenorm"), JsonNode::asBoolean)
                        : List.of(false, true, true, true),
                vision.path("window_size").asInt(12),
                vision.path("mlp_ratio").asDouble(4.0),
                vision.path("qkv_bias").asBoolean(true),
                vision.path("drop_path_rate").asDouble(0.1),
                vision.path("projection_dim").asInt(root.path("projection_dim").asInt(1024)),
                count(either(vision, "max_position_embeddings", "image_pos_embed"), "max_pos_embeddings", 50),
                count(
                        either(vision, "max_temporal_embeddings", "visual_temporal_embedding"),
                        "max_temporal_embeddings",
                        100),
                sources(vision.path("image_feature_source")));
    }

    /** A size given as a plain number (transformers) or inside an object (original). */
    private static int count(JsonNode node, String field, int fallback) {
        return node.isObject() ? node.path(field).asInt(fallback) : node.asInt(fallback);
    }

    private static List<FeatureSource> sources(JsonNode node) {
        if (!node.isArray()) {
            return DEFAULT_SOURCES;
        }
        return elements("image_feature_source", node, source -> {
            for (FeatureSource known : FeatureSource.values()) {
                if (known.name().equalsIgnoreCase(source.asText())) {
                    return known;
                }
            }
            throw new InvalidConfigException("vision_config.image_feature_source names \"" + source.asText()
                    + "\"; expected spatial_avg_pool, temporal_avg_pool or last_frame");
        });
    }

    private static TextConfig text(JsonNode text, JsonNode root) {
        return new TextConfig(
                text.path("vocab_size").asInt(root.path("vocab_size").asInt(51289)),
                text.path("d_model").asInt(768),
                text.path("encoder_layers").asInt(6),
                text.path("decoder_layers").asInt(6),
                text.path("encoder_attention_heads").asInt(12),
                text.path("decoder_attention_heads").asInt(12),
                text.path("encoder_ffn_dim").asInt(3072),
                text.path("decoder_ffn_dim").asInt(3072),
                text.path("max_position_embeddings").asInt(1024),
                text.path("dropout").asDouble(0.1),
                text.path("attention_dropout").asDouble(0.1),
                text.path("activation_dropout").asDouble(0.1),
                text.path("encoder_layerdrop").asDouble(0.0),
                text.path("decoder_layerdrop").asDouble(0.0),
                text.path("scale_embedding").asBoolean(false),
                text.path("init_std").asDouble(0.02),
                id(text, root, "bos_token_id", 0),
                id(text, root, "pad_token_id", 1),
                id(text, root, "eos_token_id", 2),
                id(text, root, "decoder_start_token_id", 2));
    }

    private static int id(JsonNode text, JsonNode root, String field, int fallback) {
        JsonNode node = text.hasNonNull(field) ? text.get(field) : root.path(field);
        return node.isArray() ? node.path(0).asInt(fallback) : node.asInt(fallback);
    }

    /**
     * The original code ignores generation_config.json and reads text_config; transformers does the reverse. A
     * checkpoint that says nothing in either place is decoded as Florence-2 was published.
     */
    private static GenerationDefaults generation(Path directory, JsonNode text, TextConfig config) throws IOException {
        Path file = directory.resolve("generation_config.json");
        JsonNode own = Files.isRegularFile(file) ? parse(file) : MissingNode.getInstance();
        GenerationDefaults published = GenerationDefaults.published(config.bosTokenId(), config.eosTokenId());
        JsonNode source = text.has("num_beams") ? text : own;
        if (!source.has("num_beams") && !source.has("no_repeat_ngram_size") && !source.has("forced_bos_token_id")) {
            return published;
        }
        return new GenerationDefaults(
                source.path("num_beams").asInt(1),
                source.path("no_repeat_ngram_size").asInt(0),
                source.path("early_stopping").asBoolean(false),
                source.path("length_penalty").asDouble(1.0),
                optionalId(source, text, "forced_bos_token_id"),
                optionalId(source, text, "forced_eos_token_id"));
    }

    private static OptionalInt optionalId(JsonNode source, JsonNode text, String field) {
        JsonNode node = source.has(field) ? source.get(field) : text.path(field);
        return node.isInt() ? OptionalInt.of(node.asInt()) : OptionalInt.empty();
    }

    private static JsonNode either(JsonNode node, String first, String second) {
        return node.has(first) ? node.get(first) : node.path(second);
    }

    private static List<Integer> ints(JsonNode node, String field, List<Integer> fallback) {
        return node.has(field) ? elements(field, node.get(field), JsonNode::asInt) : fallback;
    }

    private static <T> List<T> elements(String field, JsonNode array, Function<JsonNode, T> element) {
        if (!array.isArray()) {
            throw new InvalidConfigException("vision_config." + field + " is " + array + "; expected a list");
        }
        List<T> values = new ArrayList<>();
        array.forEach(node -> values.add(element.apply(node)));
        return values;
    }
}
