package io.github.florence4j.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What transformers' {@code Florence2Processor} needs beyond the files of the original release (reference: its constructor
 * in transformers 5.18, which asks the tokenizer for {@code image_token} and the image processor for {@code
 * image_seq_length}).
 */
final class ProcessorFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IMAGE = "<image>";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    private ProcessorFiles() {}

    /** Adds it to the files in {@code to}, which are copies of those in {@code from}. */
    static void complete(Path from, Path to, Florence2Config config) throws IOException {
        if (Files.exists(from.resolve(TOKENIZER)) || Files.exists(from.resolve("vocab.json"))) {
            tokenizer(from, to, config.imageTokenId().orElseThrow());
        }
        if (Files.exists(to.resolve(PREPROCESSOR))) {
            preprocessor(to.resolve(PREPROCESSOR), config);
        }
    }

    private static void tokenizer(Path from, Path to, int imageTokenId) throws IOException {
        Path file = to.resolve(TOKENIZER_CONFIG);
        ObjectNode settings = Files.exists(file) ? read(file) : JSON.createObjectNode();
        if (settings.path("image_token").asText().equals(IMAGE) && Files.exists(to.resolve(TOKENIZER))) {
            return;
        }
        CheckpointWriter.writeBeside(to.resolve(TOKENIZER), Florence2Tokenizer.fileWith(from, IMAGE, imageTokenId));
        settings.put("image_token", IMAGE);
        settings.putObject("extra_special_tokens").put("image_token", IMAGE);
        if (!settings.has("tokenizer_class")) {
            settings.put("tokenizer_class", "BartTokenizerFast");
        }
        CheckpointWriter.writeJson(file, settings);
    }

    private static void preprocessor(Path file, Florence2Config config) throws IOException {
        ObjectNode settings = read(file);
        if (!settings.has("image_seq_length")) {
            ImageProcessorConfig image = ImageProcessorConfig.of(settings);
            settings.put("image_seq_length", config.vision().visualTokens(image.height(), image.width()));
            CheckpointWriter.writeJson(file, settings);
        }
    }

    private static ObjectNode read(Path file) throws IOException {
        try {
            JsonNode json = JSON.readTree(file.toFile());
            if (json instanceof ObjectNode object) {
                return object;
            }
            throw new IOException(file + " is not a JSON object");
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
