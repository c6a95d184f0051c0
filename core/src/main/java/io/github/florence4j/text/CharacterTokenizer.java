package io.github.florence4j.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the tokenizer of a small model: one id for each byte, so that a letter of English text is a token and a table of
 * 1,300 rows holds everything. Control tokens have the ids that Florence-2 has; behind the bytes come the task and location
 * tokens in the original's order, then phrases, each as one token, and {@code <image>} at the end.
 */
public final class CharacterTokenizer {
    /** The token that stands for an image in prompts of transformers; the last one. */
    public static final String IMAGE = "<image>";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FIRST = List.of("<s>", "<pad>", "</s>", "<unk>");
    private static final String MASK = "<mask>";

    private CharacterTokenizer() {}

    /**
     * The content of its {@code tokenizer.json}.
     *
     * @param phrases what prompts begin with; each becomes one token wherever it stands, so no other text should have it
     */
    public static byte[] file(List<String> phrases) {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ObjectNode vocab = JSON.createObjectNode();
        ArrayNode added = json.putArray("added_tokens");
        for (String token : FIRST) {
            added.add(TokenizerFiles.addedToken(token, vocab.size()));
            vocab.put(token, vocab.size());
        }
        for (int value = 0; value < 256; value++) {
            vocab.put(String.valueOf(Vocabulary.charOfByte(value)), vocab.size());
        }
        added.add(TokenizerFiles.addedToken(MASK, vocab.size()));
        vocab.put(MASK, vocab.size());
        int id = vocab.size();
        for (String token : behindBytes(phrases)) {
            added.add(TokenizerFiles.addedToken(token, id++));
        }
        json.putNull("normalizer");
        json.set("pre_tokenizer", TokenizerFiles.byteLevel(false));
        json.set("post_processor", TokenizerFiles.robertaProcessing(vocab));
        json.set("decoder", TokenizerFiles.byteLevel(true));
        json.set("model", TokenizerFiles.bpe(vocab, List.of()));
        try {
            return TokenizerFiles.bytes(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree of strings and numbers can be written", e);
        }
    }

    /** The content of its {@code tokenizer_config.json}, which tells transformers of the token for images. */
    public static byte[] settings() {
        ObjectNode json = JSON.createObjectNode();
        json.put("tokenizer_class", "BartTokenizerFast").put("model_max_length", 1024);
        json.put("bos_token", "<s>")
                .put("cls_token", "<s>")
                .put("eos_token", "</s>")
                .put("sep_token", "</s>");
        json.put("unk_token", "<unk>").put("pad_token", "<pad>").put("mask_token", MASK);
        json.put("image_token", IMAGE).putArray("additional_special_tokens").add(IMAGE);
        return json.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> behindBytes(List<String> phrases) {
        List<String> tokens = new ArrayList<>(TokenizerFiles.taskTokens().toList());
        tokens.addAll(phrases);
        tokens.add(IMAGE);
        return tokens;
    }
}
