package io.github.florence4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of a model repository that are worth having: configuration, tokenizer, licence, one set of weights; no code. */
final class ModelFiles {
    static final String CONFIG = "config.json";
    static final String ADAPTER_CONFIG = "adapter_config.json";
    static final String SHARD_INDEX = "model.safetensors.index.json";

    /** Every small file that is downloaded if the repository has it. */
    static final List<String> DESCRIPTION = List.of(
            CONFIG,
            ADAPTER_CONFIG,
            "generation_config.json",
            "preprocessor_config.json",
            "processor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.json",
            "merges.txt",
            "added_tokens.json",
            "special_tokens_map.json",
            "README.md",
            "LICENSE");

    /** The forms of weights, the best first; only the first that a repository has is downloaded. */
    static final List<String> WEIGHTS =
            List.of("model.safetensors", SHARD_INDEX, "pytorch_model.bin", "adapter_model.safetensors");

    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelFiles() {}

    /** The file that holds, or for shards lists, the weights of a repository with the given files. */
    static Optional<String> weights(Set<String> files) {
        return WEIGHTS.stream().filter(files::contains).findFirst();
    }

    /**
     * The shard names that a safetensors index lists, in order.
     *
     * @throws HubException if the file is not such an index
     */
    static List<String> shards(Path index) throws IOException {
        JsonNode map;
        try {
            map = JSON.readTree(index.toFile()).path("weight_map");
        } catch (JsonProcessingException e) {
            throw new HubException(Reason.UNEXPECTED, "The file '" + index + "' is not JSON.", e);
        }
        Set<String> names = new TreeSet<>();
        for (JsonNode name : map) {
            names.add(name.asText());
        }
        if (names.isEmpty()) {
            throw new HubException(
                    Reason.UNEXPECTED, "The file '" + index + "' has no 'weight_map' that names the weight files.");
        }
        return new ArrayList<>(names);
    }

    /** What a snapshot folder lacks before a model or adapter can be loaded from it; empty if nothing. */
    static Optional<String> missingFrom(Path snapshot) throws IOException {
        if (Stream.of(CONFIG, ADAPTER_CONFIG).noneMatch(name -> Files.exists(snapshot.resolve(name)))) {
            return Optional.of(CONFIG);
        }
        Optional<String> weights = WEIGHTS.stream()
                .filter(name -> Files.exists(snapshot.resolve(name)))
                .findFirst();
        if (weights.isEmpty()) {
            return Optional.of("the weights (" + String.join(", ", WEIGHTS) + ")");
        }
        return weights.get().equals(SHARD_INDEX) ? missingShard(snapshot) : Optional.empty();
    }

    private static Optional<String> missingShard(Path snapshot) throws IOException {
        for (String shard : shards(snapshot.resolve(SHARD_INDEX))) {
            if (!Files.exists(HubCache.inside(snapshot, shard))) {
                return Optional.of(shard);
            }
        }
        return Optional.empty();
    }
}
