package io.github.florence4j.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.TensorInfo;
import io.github.florence4j.torch.file.WeightFile;
import io.github.florence4j.torch.pickle.TorchZipFile;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The open weight files of a checkpoint folder, one or several, and where each tensor lies. */
final class CheckpointFiles implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES = List.of("model.safetensors", "pytorch_model.bin");

    private final List<WeightFile> files = new ArrayList<>();
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Map<String, Located> extras = new LinkedHashMap<>();
    private Optional<PackedFormat> packed = Optional.empty();

    /** A tensor and its file. */
    record Located(WeightFile file, TensorInfo info) {
        boolean sameElements(Located other) {
            return file == other.file && info.sameElements(other.info);
        }
    }

    private CheckpointFiles() {}

    /**
     * Opens {@code model.safetensors}, its shards, {@code pytorch_model.bin} or its shards, whichever comes first.
     *
     * @throws InvalidWeightsException when there is none, a shard is missing or a file is damaged
     */
    static CheckpointFiles open(Path directory) throws IOException {
        CheckpointFiles checkpoint = new CheckpointFiles();
        try {
            checkpoint.openFirst(directory);
            checkpoint.recognizePacked();
            return checkpoint;
        } catch (IOException | RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    private void openFirst(Path directory) throws IOException {
        for (String name : NAMES) {
            Path single = directory.resolve(name);
            Path index = directory.resolve(name + ".index.json");
            if (Files.isRegularFile(single)) {
                WeightFile file = openFile(single);
                file.tensors().forEach((key, info) -> tensors.put(key, new Located(file, info)));
                return;
            }
            if (Files.isRegularFile(index)) {
                openShards(directory, index);
                return;
            }
        }
        throw new InvalidWeightsException("no weights in " + directory + "; looked for model.safetensors, "
                + "model.safetensors.index.json, pytorch_model.bin and pytorch_model.bin.index.json");
    }

    private void recognizePacked() {
        if (files.size() == 1 && files.get(0) instanceof SafetensorsFile file) {
            packed = PackedFormat.of(file.metadata(), file.path());
        }
        if (packed.isPresent()) {
            tensors.keySet().stream()
                    .filter(PackedFormat::isExtra)
                    .toList()
                    .forEach(name -> extras.put(name, tensors.remove(name)));
        }
    }

    private void openShards(Path directory, Path index) throws IOException {
        Map<String, WeightFile> shards = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap(index).properties()) {
            String shard = entry.getValue().asText();
            WeightFile file = shards.get(shard);
            if (file == null) {
                file = openFile(shardPath(directory, index, shard));
                shards.put(shard, file);
            }
            TensorInfo info = file.tensors().get(entry.getKey());
            if (info == null) {
                throw new InvalidWeightsException(
                        file.path() + " has no tensor " + entry.getKey() + ", which " + index + " says it has");
            }
            tensors.put(entry.getKey(), new Located(file, info));
        }
    }

    private static JsonNode weightMap(Path index) throws IOException {
        try {
            JsonNode map = JSON.readTree(index.toFile()).path("weight_map");
            if (map.isObject() && !map.isEmpty()) {
                return map;
            }
            throw new InvalidWeightsException(index + " has no weight_map; expected the file of each tensor");
        } catch (JsonProcessingException e) {
            throw new InvalidWeightsException(index + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Path shardPath(Path directory, Path index, String shard) {
        if (shard.isEmpty() || shard.contains("/") || shard.contains("\\") || shard.startsWith(".")) {
            throw new InvalidWeightsException(
                    index + " names the file \"" + shard + "\"; expected the name of a file beside it");
        }
        Path path = directory.resolve(shard);
        if (!Files.isRegularFile(path)) {
            throw new InvalidWeightsException(
                    "shard " + shard + " is not in " + directory + ", but " + index.getFileName() + " names it");
        }
        return path;
    }

    private WeightFile openFile(Path path) throws IOException {
        WeightFile file =
                path.toString().endsWith(".safetensors") ? SafetensorsFile.open(path) : TorchZipFile.open(path);
        files.add(file);
        return file;
    }

    /** Where each tensor lies, by its stored name. */
    Map<String, Located> tensors() {
        return tensors;
    }

    /** Where the tensors lie that only a packed checkpoint has, by stored name: factors, and the output head. */
    Map<String, Located> extras() {
        return extras;
    }

    /** What a packed checkpoint says of itself. */
    Optional<PackedFormat> packed() {
        return packed;
    }

    /** The files, in the order in which they were opened. */
    List<Path> paths() {
        return files.stream().map(WeightFile::path).toList();
    }

    @Override
    public void close() throws IOException {
        for (WeightFile file : files) {
            file.close();
        }
    }
}
