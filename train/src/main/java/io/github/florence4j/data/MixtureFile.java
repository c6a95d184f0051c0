package io.github.florence4j.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A file that lists sources with their weights, in YAML or JSON:
 *
 * <pre>{@code
 * - source: docvqa:/data/docvqa/train*.parquet
 *   weight: 0.7
 * - source: cauldron:/data/the_cauldron
 *   weight: 0.3
 * }</pre>
 *
 * Without weights every source counts by its size. Paths are relative to the working directory.
 */
final class MixtureFile {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Set<String> KEYS = Set.of("source", "weight");

    private MixtureFile() {}

    static MixtureSource open(SourceSpec spec) throws IOException {
        Path file = Path.of(spec.path());
        JsonNode list;
        try {
            list = YAML.readTree(file.toFile());
        } catch (JacksonException e) {
            throw new InvalidDataException(file + " is neither YAML nor JSON: " + e.getOriginalMessage(), e);
        } catch (FileNotFoundException e) {
            throw new InvalidDataException("there is no file " + file, e);
        }
        return open(file.toString(), list, spec);
    }

    static MixtureSource open(String name, JsonNode list, SourceSpec spec) throws IOException {
        if (!list.isArray() || list.isEmpty()) {
            throw new InvalidDataException(name + " is no mixture: expected a list of {source, weight}");
        }
        List<MixtureSource.Part> parts = new ArrayList<>();
        try {
            for (JsonNode item : list) {
                parts.add(part(name, item));
            }
            return Sources.mixture(name, parts, spec);
        } catch (IOException | RuntimeException e) {
            parts.forEach(part -> part.source().close());
            throw e;
        }
    }

    private static MixtureSource.Part part(String name, JsonNode item) throws IOException {
        for (String key : (Iterable<String>) item::fieldNames) {
            if (!KEYS.contains(key)) {
                throw new InvalidDataException(name + ": unknown key '" + key + "'; expected source and weight");
            }
        }
        if (!item.path("source").isTextual()) {
            throw new InvalidDataException(
                    name + ": an item has no source; expected {source: KIND:PATH, weight: NUMBER}");
        }
        JsonNode weight = item.path("weight");
        if (!weight.isMissingNode() && !(weight.isNumber() && weight.asDouble() > 0)) {
            throw new InvalidDataException(name + ": the weight " + weight + " is no positive number");
        }
        IndexedSource source = Sources.open(item.get("source").asText());
        return new MixtureSource.Part(source, weight.isMissingNode() ? source.count() : weight.asDouble());
    }
}
