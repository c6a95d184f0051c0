package io.github.florence4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Saves checkpoints in either layout. Every file appears whole or not at all. */
public final class CheckpointWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS_MULTIPLE = 64;
    private static final List<String> PROCESSOR_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "preprocessor_config.json",
            "processor_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja");

    private CheckpointWriter() {}

    /**
     * Writes {@code model.safetensors}, {@code config.json} and {@code generation_config.json}. The names tied to the
     * token table are left out, as both layouts do.
     *
     * <p>The layouts differ in the token table. Weights whose configuration has no {@code <image>} id gain one when they
     * are saved in the transformers layout: the table is padded to a multiple of 64 rows with the mean of its rows, which
     * is what transformers' own resizing draws new rows around. Saved in the original layout they keep only the rows
     * before the {@code <image>} id.
     *
     * @param weights borrowed
     * @param config must describe the weights
     * @param dtype the precision of all tensors in the file
     * @param directory made when it does not exist; other files in it stay
     * @throws IllegalArgumentException when the weights have a logits bias, which the transformers layout cannot hold
     */
    public static void save(Weights weights, Florence2Config config, KeyLayout layout, DType dtype, Path directory)
            throws IOException {
        if (layout == KeyLayout.TRANSFORMERS && weights.has(TensorNames.LOGITS_BIAS)) {
            throw new IllegalArgumentException(
                    "the weights have a logits bias that is not zero; expected none, as the transformers layout has no"
                            + " place for it (save them in the original layout)");
        }
        Files.createDirectories(directory);
        Florence2Config saved = inLayout(config, layout);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : weights.names()) {
                Tensor tensor = weights.get(name).detach();
                if (name.equals(TensorNames.TOKEN_TABLE)) {
                    tensor = rows(tensor, saved.text().vocabSize());
                } else if (layout.transposes(name)) {
                    tensor = tensor.t();
                } else if (name.equals(TensorNames.LOGITS_BIAS)) {
                    tensor = tensor.narrow(1, 0, saved.text().vocabSize());
                }
                tensors.put(layout.fromTransformers(name).orElseThrow(), tensor);
            }
            if (layout == KeyLayout.MICROSOFT && !weights.has(TensorNames.LOGITS_BIAS)) {
                tensors.put(
                        layout.fromTransformers(TensorNames.LOGITS_BIAS).orElseThrow(),
                        torch.zeros(1, saved.text().vocabSize()));
            }
            SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, dtype, Map.of("format", "pt"));
        }
        writeJson(directory.resolve("config.json"), ConfigWriter.config(saved, layout, dtype));
        writeJson(directory.resolve("generation_config.json"), ConfigWriter.generation(saved));
    }

    /** Copies everything but the weights, as far as it is there, and makes the tokenizer one file that needs no additions. */
    public static void copyAllButWeights(Path from, Path to) throws IOException {
        copyProcessorFiles(from, to);
        copy(from, to, List.of("config.json", "generation_config.json"));
        writeBeside(to.resolve("tokenizer.json"), Florence2Tokenizer.file(from));
    }

    /** Copies the files of the tokenizer and the image processor, as far as they are there, byte for byte. */
    public static void copyProcessorFiles(Path from, Path to) throws IOException {
        copy(from, to, PROCESSOR_FILES);
    }

    private static void copy(Path from, Path to, List<String> names) throws IOException {
        Files.createDirectories(to);
        for (String name : names) {
            if (Files.isRegularFile(from.resolve(name))) {
                writeBeside(to.resolve(name), Files.readAllBytes(from.resolve(name)));
            }
        }
    }

    /**
     * The files of the tokenizer and the image processor for weights that were saved in that layout. They are copied, but
     * for what the transformers layout needs and the original one lacks: an {@code <image>} token, told to the tokenizer
     * by {@code tokenizer_config.json}, and the number of visual tokens in {@code preprocessor_config.json}.
     *
     * @param config as given to {@link #save}
     * @throws IOException when a file cannot be read or written, or the tokenizer does not fit the token table
     */
    public static void copyProcessorFiles(Path from, Path to, Florence2Config config, KeyLayout layout)
            throws IOException {
        copyProcessorFiles(from, to);
        if (layout == KeyLayout.TRANSFORMERS) {
            ProcessorFiles.complete(from, to, inLayout(config, layout));
        }
    }

    private static Florence2Config inLayout(Florence2Config config, KeyLayout layout) {
        int rows = config.text().vocabSize();
        OptionalInt image = config.imageTokenId();
        boolean transformers = layout == KeyLayout.TRANSFORMERS;
        if (transformers == image.isPresent()) {
            return config;
        }
        int savedRows = transformers
                ? (rows + ROWS_MULTIPLE) / ROWS_MULTIPLE * ROWS_MULTIPLE
                : Math.min(rows, image.getAsInt());
        return new Florence2Config(
                config.vision(),
                config.text().withTables(savedRows, config.text().maxPositionEmbeddings()),
                config.generation(),
                transformers ? OptionalInt.of(rows) : OptionalInt.empty());
    }

    private static Tensor rows(Tensor table, int rows) {
        long present = table.size(0);
        if (rows <= present) {
            return table.narrow(0, 0, rows);
        }
        Tensor mean = table.to(DType.FLOAT32.scalarType())
                .mean(0)
                .to(table.scalar_type())
                .expand(rows - present, table.size(1));
        return torch.cat(new TensorVector(table, mean), 0);
    }

    static void writeJson(Path path, JsonNode content) throws IOException {
        writeBeside(path, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
    }

    static void writeBeside(Path path, byte[] content) throws IOException {
        Path beside = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(beside, content);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
