package io.github.florence4j.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A checkpoint's configuration, the same for both layouts (reference: {@code Florence2Config}; specification 1).
 *
 * @param vision the vision tower and projector
 * @param text the language model
 * @param generation decoding defaults
 * @param imageTokenId id of the {@code <image>} placeholder in the transformers layout; absent in the original one
 */
public record Florence2Config(
        VisionConfig vision, TextConfig text, GenerationDefaults generation, OptionalInt imageTokenId) {

    /** Checks the values; the message of the exception says what was expected. */
    public Florence2Config {
        Checks.require(
                vision.projectionDim() == text.dModel(),
                "vision_config.projection_dim is %d but text_config.d_model is %d; they must be equal",
                vision.projectionDim(),
                text.dModel());
    }

    /**
     * Reads {@code config.json} and, where present, {@code generation_config.json} of a checkpoint folder, in the
     * original (Microsoft) or the transformers form.
     *
     * @throws InvalidConfigException when a file is missing, is not JSON or describes another model
     */
    public static Florence2Config read(Path directory) throws IOException {
        return ConfigReader.read(directory);
    }

    /** This configuration with the table sizes that the weights really have. */
    public Florence2Config withTables(int vocabularyRows, int positions) {
        return new Florence2Config(vision, text.withTables(vocabularyRows, positions), generation, imageTokenId);
    }
}
