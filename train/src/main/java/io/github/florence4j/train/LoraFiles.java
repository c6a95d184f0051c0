package io.github.florence4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Adapters in PEFT's files, {@code adapter_model.safetensors} and {@code adapter_config.json}, on the module names of the
 * transformers layout (reference: {@code peft.PeftModel.save_pretrained} of PEFT 0.21).
 */
public final class LoraFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TENSORS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";
    private static final String PREFIX = "base_model.model.";
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "use_qalora",
            "fan_in_fan_out",
            "lora_bias",
            "modules_to_save",
            "rank_pattern",
            "alpha_pattern",
            "layer_replication",
            "target_parameters",
            "trainable_token_indices");

    private LoraFiles() {}

    /**
     * Saves adapters; each file appears whole or not at all, the configuration last.
     *
     * @param directory made when it does not exist
     * @param baseModel the name or folder of the base, for PEFT's {@code base_model_name_or_path}
     */
    public static void save(LoraAdapters adapters, Path directory, String baseModel) throws IOException {
        Files.createDirectories(directory);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        adapters.parameters().forEach((name, tensor) -> tensors.put(PREFIX + name, tensor));
        SafetensorsWriter.write(directory.resolve(TENSORS), tensors, Map.of("format", "pt"));
        byte[] config = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config(adapters, baseModel));
        Path beside = directory.resolve("." + CONFIG + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(beside, config);
            Files.move(
                    beside,
                    directory.resolve(CONFIG),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static ObjectNode config(LoraAdapters adapters, String baseModel) {
        LoraOptions options = adapters.options();
        ObjectNode config = JSON.createObjectNode()
                .put("base_model_name_or_path", baseModel)
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("inference_mode", true)
                .put("init_lora_weights", true)
                .put("lora_alpha", options.alpha())
                .put("lora_dropout", options.dropout())
                .putNull("modules_to_save")
                .put("peft_type", "LORA")
                .put("r", options.rank());
        layers(adapters.parameters())
                .forEach(config.putArray("target_modules")::add); // full names: no other layer fits
        return config.putNull("task_type").put("use_rslora", options.rankStabilized());
    }

    /**
     * Loads adapters that this class or PEFT saved.
     *
     * @param base borrowed; it must outlive the adapters
     * @throws IllegalArgumentException when they are of another kind or do not fit the base
     * @throws IOException when a file is missing or cannot be read
     */
    public static LoraAdapters load(Path directory, Weights base) throws IOException {
        JsonNode config = JSON.readTree(directory.resolve(CONFIG).toFile());
        requireLora(directory.resolve(CONFIG), config);
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(directory.resolve(TENSORS))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.tensors().keySet()) {
                if (!name.startsWith(PREFIX) || !(name.endsWith(LoraAdapters.DOWN) || name.endsWith(LoraAdapters.UP))) {
                    throw new IllegalArgumentException(
                            file.path() + " has a tensor " + name + "; expected lora_A and lora_B weights only");
                }
                tensors.put(name.substring(PREFIX.length()), Scopes.keep(() -> file.read(name, DType.FLOAT32)));
            }
            LoraOptions options = new LoraOptions(
                    config.path("r").asInt(),
                    config.path("lora_alpha").asDouble(),
                    config.path("use_rslora").asBoolean(),
                    config.path("lora_dropout").asDouble(),
                    List.copyOf(layers(tensors)));
            return LoraAdapters.of(base, options, tensors);
        }
    }

    private static void requireLora(Path file, JsonNode config) {
        if (!config.path("peft_type").asText().equals("LORA")) {
            throw new IllegalArgumentException(
                    file + " has peft_type \"" + config.path("peft_type").asText() + "\"; expected LORA");
        }
        if (!config.path("bias").asText("none").equals("none")) {
            throw new IllegalArgumentException(
                    file + " has bias \"" + config.path("bias").asText() + "\"; expected none");
        }
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

    private static TreeSet<String> layers(Map<String, Tensor> tensors) {
        TreeSet<String> layers = new TreeSet<>();
        for (String name : tensors.keySet()) {
            layers.add(name.replace(LoraAdapters.DOWN, "").replace(LoraAdapters.UP, ""));
        }
        return layers;
    }
}
