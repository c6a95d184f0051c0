package io.github.florence4j.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/**
 * An answer in words: a caption, a transcription, a category.
 *
 * @param text the answer
 */
public record Text(String text) implements TaskResult {

    @Override
    public JsonNode toJson() {
        return TextNode.valueOf(text);
    }

    @Override
    public int size() {
        return 1;
    }

    /** Text keeps no scores of its own: the score of the whole answer is the caller's. */
    @Override
    public Text withScores(List<Score> scores) {
        return this;
    }
}
