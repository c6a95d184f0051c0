package io.github.florence4j.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads a checkpoint's tokenizer files as one tokenizer.json tree that has the task and location tokens. */
final class TokenizerFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> BEFORE_LOCATIONS = List.of("<od>", "</od>", "<ocr>", "</ocr>");
    /** The misspelt {@code desciption} is the original's. */
    private static final List<String> AFTER_LOCATIONS = List.of(
            "<cap>",
            "</cap>",
            "<ncap>",
            "</ncap>",
            "<dcap>",
            "</dcap>",
            "<grounding>",
            "</grounding>",
            "<seg>",
            "</seg>",
            "<sep>",
            "<region_cap>",
            "</region_cap>",
            "<region_to_desciption>",
            "</region_to_desciption>",
            "<proposal>",
            "</proposal>",
            "<poly>",
            "</poly>",
            "<and>");

    private TokenizerFiles() {}

    static ObjectNode read(Path directory) throws IOException {
        Path whole = directory.resolve("tokenizer.json");
        ObjectNode json = Files.exists(whole) ? tree(whole) : fromParts(directory);
        requireVocabulary(directory, json);
        if (!hasLocationTokens(json)) {
            appendTaskTokens(json);
        }
        return json;
    }

    /**
     * A {@code tokenizer.json} that needs no additions.
     *
     * @param bytes all of the file
     * @param json its vocabulary and added tokens alone
     */
    record Complete(byte[] bytes, ObjectNode json) {}

    /** The file as it is, when it has the task and location tokens: its merge rules, most of it, need not be looked at. */
    static Optional<Complete> complete(Path directory) throws IOException {
        Path whole = directory.resolve("tokenizer.json");
        if (!Files.exists(whole)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(whole);
        ObjectNode json;
        try (JsonParser parser = JSON.createParser(bytes)) {
            parser.nextToken();
            json = withoutMerges(parser);
        } catch (JsonProcessingException e) {
            throw new IOException(whole + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
        requireVocabulary(directory, json);
        return hasLocationTokens(json) ? Optional.of(new Complete(bytes, json)) : Optional.empty();
    }

    /** Reads the object at whose beginning the parser is. */
    private static ObjectNode withoutMerges(JsonParser parser) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            if (object && name.equals("model")) {
                json.set(name, withoutMerges(parser));
            } else if (name.equals("vocab") || name.equals("added_tokens")) {
                json.set(name, JSON.readTree(parser));
            } else {
                parser.skipChildren();
            }
        }
        return json;
    }

    private static void requireVocabulary(Path directory, ObjectNode json) throws IOException {
        if (!json.path("model").path("vocab").isObject()) {
            throw new IOException(
                    directory + " has no usable tokenizer: expected a byte-level BPE model with a vocab object");
        }
    }

    static byte[] bytes(JsonNode json) throws JsonProcessingException {
        return JSON.writeValueAsBytes(json);
    }

    /** The 1,024 tokens that the original processor appends, in its order. */
    static Stream<String> taskTokens() {
        return Stream.of(
                        BEFORE_LOCATIONS.stream(),
                        IntStream.range(0, LocationQuantizer.BINS).mapToObj(LocationQuantizer::token),
                        AFTER_LOCATIONS.stream())
                .flatMap(tokens -> tokens);
    }

    /** Appends a special token, unless it is there; it must have that id. */
    static void require(Path directory, ObjectNode json, String token, int id) throws IOException {
        Vocabulary vocabulary = Vocabulary.of(json);
        if (vocabulary.is(id, token)) {
            return;
        }
        if (id != vocabulary.size()) {
            throw new IOException("the tokenizer in " + directory + " has " + vocabulary.size() + " entries; expected "
                    + id + ", so that " + token + " follows them");
        }
        json.withArray("added_tokens").add(addedToken(token, id));
    }

    private static ObjectNode fromParts(Path directory) throws IOException {
        Path vocabFile = directory.resolve("vocab.json");
        Path mergesFile = directory.resolve("merges.txt");
        if (!Files.exists(vocabFile) || !Files.exists(mergesFile)) {
            throw new IOException("no tokenizer in " + directory
                    + ": expected tokenizer.json, or vocab.json together with merges.txt");
        }
        ObjectNode vocab = tree(vocabFile);
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        for (String token : List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>")) {
            if (!vocab.path(token).isInt()) {
                throw new IOException(vocabFile + " lacks " + token + ": expected the vocabulary of BART");
            }
            added.add(addedToken(token, vocab.path(token).asInt()).put("lstrip", token.equals("<mask>")));
        }
        json.putNull("normalizer");
        json.set("pre_tokenizer", byteLevel(false));
        json.set("post_processor", robertaProcessing(vocab));
        json.set("decoder", byteLevel(true));
        json.set("model", bpe(vocab, merges(mergesFile)));
        return json;
    }

    static ObjectNode byteLevel(boolean addPrefixSpace) {
        return JSON.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", addPrefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    static ObjectNode robertaProcessing(ObjectNode vocab) {
        ObjectNode processor = JSON.createObjectNode().put("type", "RobertaProcessing");
        processor.putArray("sep").add("</s>").add(vocab.path("</s>").asInt());
        processor.putArray("cls").add("<s>").add(vocab.path("<s>").asInt());
        return processor.put("trim_offsets", true).put("add_prefix_space", false);
    }

    static ObjectNode bpe(ObjectNode vocab, List<String> merges) {
        ObjectNode model = JSON.createObjectNode().put("type", "BPE").putNull("dropout");
        model.put("unk_token", "<unk>").putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        model.set("vocab", vocab);
        ArrayNode rules = model.putArray("merges");
        merges.forEach(rules::add);
        return model;
    }

    private static List<String> merges(Path file) throws IOException {
        List<String> rules = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (line.isBlank() || line.startsWith("#version")) {
                continue;
            }
            if (line.indexOf(' ') <= 0 || line.indexOf(' ') != line.lastIndexOf(' ')) {
                throw new IOException(file + " has the line '" + line + "': expected two parts with one space between");
            }
            rules.add(line);
        }
        return rules;
    }

    private static boolean hasLocationTokens(ObjectNode json) {
        if (json.path("model").path("vocab").has("<loc_0>")) {
            return true;
        }
        for (JsonNode token : json.path("added_tokens")) {
            if (token.path("content").asText().equals("<loc_0>")) {
                return true;
            }
        }
        return false;
    }

    private static void appendTaskTokens(ObjectNode json) throws IOException {
        ArrayNode added =
                json.path("added_tokens") instanceof ArrayNode present ? present : json.putArray("added_tokens");
        int id = Vocabulary.of(json).size();
        for (String token : taskTokens().toList()) {
            added.add(addedToken(token, id++));
        }
    }

    static ObjectNode addedToken(String content, int id) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static ObjectNode tree(Path file) throws IOException {
        JsonNode json;
        try {
            json = JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new IOException(file + " is not a JSON object");
    }
}
