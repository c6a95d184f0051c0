package io.github.florence4j.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.task.Task;
import io.github.florence4j.text.CharacterTokenizer;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.text.LocationQuantizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;

/** Writes a new model: tokenizer, configuration, settings of the image processor, and weights drawn by chance. */
final class NewModelFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS_MULTIPLE = 64;
    private static final int FEWEST_WORDS = 4;
    private static final int BICUBIC = 3;

    private NewModelFolder() {}

    /** Writes the model, whole or not at all; the weights come last. */
    static void write(NewModel model, Path folder) throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve("tokenizer.json"), CharacterTokenizer.file(phrases()));
        write(folder.resolve("tokenizer_config.json"), CharacterTokenizer.settings());
        int firstLocation;
        int imageToken;
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(folder)) {
            firstLocation = tokenizer.id(LocationQuantizer.token(0)).orElseThrow();
            imageToken = tokenizer.id(CharacterTokenizer.IMAGE).orElseThrow();
        }
        int rows = (imageToken + ROWS_MULTIPLE) / ROWS_MULTIPLE * ROWS_MULTIPLE;
        Florence2Config config = model.config(rows, imageToken);
        write(folder.resolve("preprocessor_config.json"), preprocessor(model, config));
        try (Weights weights = InitialWeights.draw(config, model.scales(), firstLocation, model.seed())) {
            CheckpointWriter.save(weights, config, KeyLayout.TRANSFORMERS, DType.FLOAT32, folder);
        }
    }

    /** What prompts begin with up to their input, where that is long enough to be no part of other texts. */
    private static List<String> phrases() {
        return Task.values().stream()
                .map(task -> task.template().split("\\{input\\}", 2)[0])
                .filter(phrase -> phrase.split(" ").length >= FEWEST_WORDS)
                .distinct()
                .toList();
    }

    private static byte[] preprocessor(NewModel model, Florence2Config config) {
        int side = model.imageSize();
        ObjectNode json = JSON.createObjectNode();
        json.put("image_processor_type", "CLIPImageProcessor").put("do_resize", true);
        json.putObject("size").put("height", side).put("width", side);
        json.put("resample", BICUBIC).put("do_center_crop", false);
        json.put("do_rescale", true).put("rescale_factor", 1.0 / 255).put("do_normalize", true);
        json.set("image_mean", JSON.valueToTree(Collections.nCopies(3, model.paper())));
        json.set("image_std", JSON.valueToTree(Collections.nCopies(3, model.contrast())));
        json.put("image_seq_length", config.vision().visualTokens(side, side));
        return json.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        Files.write(beside, content);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
