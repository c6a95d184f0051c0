package io.github.florence4j.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Guesses what kind of data a path holds, by its extension and, for JSON and parquet, by its keys and columns. */
final class SourceGuess {
    private SourceGuess() {}

    static SourceKind kind(String path) throws IOException {
        String lower = path.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".parquet")) {
            return parquet(DataFiles.find(path, ".parquet"));
        }
        if (lower.endsWith(".jsonl")) {
            return SourceKind.JSONL;
        }
        if (lower.endsWith(".csv")) {
            return SourceKind.CSV;
        }
        if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
            return SourceKind.MIXTURE;
        }
        if (lower.endsWith(".json")) {
            return json(Path.of(path));
        }
        if (Files.isDirectory(Path.of(path))) {
            return folder(Path.of(path));
        }
        throw unknown(path, Files.exists(Path.of(path)) ? "its name says nothing" : "there is no such file or folder");
    }

    private static SourceKind parquet(List<Path> files) throws IOException {
        try (ParquetTable table = ParquetTable.open(files.subList(0, 1))) {
            if (table.has("images") && table.has("texts")) {
                return SourceKind.CAULDRON;
            }
            if (table.has("image") && table.has("question")) {
                return SourceKind.DOCVQA;
            }
            throw unknown(files.get(0).toString(), "its columns are " + table.describe());
        }
    }

    private static SourceKind folder(Path folder) throws IOException {
        List<Path> parquet = DataFiles.inFolder(folder, ".parquet");
        if (!parquet.isEmpty()) {
            return parquet(parquet);
        }
        if (!DataFiles.inFolder(folder, ".jsonl").isEmpty()) {
            return SourceKind.JSONL;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            Optional<Path> config = inside.filter(Files::isDirectory)
                    .sorted(Comparator.naturalOrder())
                    .filter(sub -> CauldronConfig.USABLE.stream().anyMatch(known -> sub.endsWith(known.name())))
                    .findFirst();
            if (config.isPresent()) {
                return SourceKind.CAULDRON;
            }
        }
        throw unknown(folder.toString(), "the folder holds no .parquet, no .jsonl and no config of The Cauldron");
    }

    private static SourceKind json(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw unknown(file.toString(), "there is no such file");
        }
        Set<String> keys = new TreeSet<>();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            if (json.nextToken() == JsonToken.START_ARRAY) {
                return SourceKind.MIXTURE;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                keys.add(key);
                json.nextToken();
                if (key.equals("annotations") && json.currentToken() == JsonToken.START_ARRAY) {
                    keys.addAll(annotationKeys(json));
                } else {
                    json.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw new InvalidDataException(file + " is not JSON: " + e.getOriginalMessage(), e);
        }
        if (keys.contains("data")) {
            return SourceKind.DOCVQA_JSON;
        }
        if (keys.containsAll(Set.of("images", "annotations", "bbox"))) {
            return SourceKind.COCO;
        }
        if (keys.containsAll(Set.of("images", "annotations", "caption"))) {
            return SourceKind.COCO_CAPTIONS;
        }
        throw unknown(file.toString(), "its keys are " + String.join(", ", keys));
    }

    private static Set<String> annotationKeys(JsonParser json) throws IOException {
        Set<String> keys = new TreeSet<>();
        boolean first = true;
        while (json.nextToken() == JsonToken.START_OBJECT) {
            if (!first) {
                json.skipChildren();
                continue;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                keys.add(json.currentName());
                json.nextToken();
                json.skipChildren();
            }
            first = false;
        }
        return keys;
    }

    private static InvalidDataException unknown(String path, String why) {
        return new InvalidDataException("what " + path + " holds cannot be guessed (" + why
                + "); say KIND:PATH with one of "
                + String.join(
                        ", ",
                        Stream.of(SourceKind.values()).map(SourceKind::toString).toList()));
    }
}
