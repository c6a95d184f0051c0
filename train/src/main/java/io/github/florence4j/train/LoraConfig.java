package io.github.florence4j.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.weights.KeyLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** PEFT's {@code adapter_config.json} (reference: {@code peft.LoraConfig} of PEFT 0.21). */
final class LoraConfig {
    static final String NAME = "adapter_config.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Options that change what an adapter computes or what its base is. */
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "use_qalora",
            "use_bdlora",
            "fan_in_fan_out",
            "lora_bias",
            "layer_replication",
            "target_parameters",
            "trainable_token_indices",
            "alora_invocation_tokens",
            "arrow_config",
            "kasa_config",
            "monteclora_config",
            "loftq_config");

    /** The ways to begin that leave the base as it is; all others take something out of it. */
    private static final Set<String> PLAIN_STARTS = Set.of("true", "false", "gaussian", "orthogonal", "eva");

    private LoraConfig() {}

    /**
     * Reads the options; the targets are the layers that have tensors, whatever rule chose them.
     *
     * @param layers the adapted layers by transformers name
     * @throws IllegalArgumentException when the file is damaged or the adapter is of another kind
     */
    static LoraOptions read(Path directory, List<String> layers) throws IOException {
        Path file = directory.resolve(NAME);
        JsonNode config = parse(file);
        requireLora(file, config);
        return new LoraOptions(
                config.path("r").asInt(),
                config.path("lora_alpha").asDouble(),
                config.path("use_rslora").asBoolean(),
                config.path("lora_dropout").asDouble(),
                new LoraTargets.Named(layers),
                pattern(config.path("rank_pattern"), JsonNode::asInt),
                pattern(config.path("alpha_pattern"), JsonNode::asDouble));
    }

    private static JsonNode parse(Path file) throws IOException {
        try {
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void requireLora(Path file, JsonNode config) {
        require(file, "peft_type", config.path("peft_type").asText(), Set.of("LORA"));
        require(file, "bias", config.path("bias").asText("none"), Set.of("none"));
        require(file, "init_lora_weights", config.path("init_lora_weights").asText("true"), PLAIN_STARTS);
        for (String field : UNSUPPORTED) {
            JsonNode value = config.path(field);
            boolean unset = value.isMissingNode()
                    || value.isNull()
                    || (value.isBoolean() && !value.asBoolean())
                    || (value.isContainerNode() && value.isEmpty());
            if (!unset) {
                throw new IllegalArgumentException(
                        file + " sets " + field + ", which is not supported; expected plain LoRA");
            }
        }
    }

    private static void require(Path file, String field, String value, Set<String> allowed) {
        if (!allowed.contains(value)) {
            throw new IllegalArgumentException(file + " has " + field + " \"" + value + "\"; expected "
                    + String.join(" or ", allowed.stream().sorted().toList()));
        }
    }

    private static <T> Map<String, T> pattern(JsonNode node, Function<JsonNode, T> value) {
        Map<String, T> pattern = new LinkedHashMap<>();
        node.properties().forEach(entry -> pattern.put(entry.getKey(), value.apply(entry.getValue())));
        return pattern;
    }

    /**
     * The content of the file. Targets are full names, which fit no other layer.
     *
     * @param layers the adapted layers by transformers name
     * @param modulesToSave the modules that trained themselves, as the layout calls them
     */
    static byte[] write(
            LoraOptions options,
            Iterable<String> layers,
            List<String> modulesToSave,
            KeyLayout layout,
            String baseModel)
            throws IOException {
        ObjectNode config = JSON.createObjectNode();
        ObjectNode alphas = config.putObject("alpha_pattern");
        if (layout == KeyLayout.TRANSFORMERS) { // the class is found by this when the adapter is loaded alone
            config.putObject("auto_mapping")
                    .put("base_model_class", "Florence2ForConditionalGeneration")
                    .put("parent_library", "transformers.models.florence2.modeling_florence2");
        }
        config.put("base_model_name_or_path", baseModel)
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("inference_mode", true)
                .put("init_lora_weights", true)
                .put("lora_alpha", options.alpha())
                .put("lora_dropout", options.dropout());
        if (modulesToSave.isEmpty()) {
            config.putNull("modules_to_save");
        } else {
            modulesToSave.forEach(config.putArray("modules_to_save")::add);
        }
        config.put("peft_type", "LORA").put("r", options.rank());
        ObjectNode ranks = config.putObject("rank_pattern");
        var targets = config.putArray("target_modules");
        for (String layer : layers) {
            String module = LoraLayers.module(layer, layout).orElseThrow();
            targets.add(module);
            if (options.rank(layer) != options.rank()) {
                ranks.put(module, options.rank(layer));
            }
            if (options.alpha(layer) != options.alpha()) {
                alphas.put(module, options.alpha(layer));
            }
        }
        config.putNull("task_type").put("use_rslora", options.rankStabilized());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
    }
}
