package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.Answer;

/** Answers as JSON lines. */
final class AnswerJson {
    private AnswerJson() {}

    /**
     * An answer as {@code {"image", "page", "task", "prompt", "result", "text", "token_ids", "token_scores", "score",
     * "truncated", "timings_ms"}}, with {@code "alternatives"} if there is more than one answer.
     */
    static ObjectNode of(String file, int page, Answer<?> answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("image", file);
        json.put("page", page);
        json.put("task", answer.task().token());
        json.put("prompt", answer.prompt().text());
        putAnswer(json, answer);
        json.set("timings_ms", answer.timings().toJson());
        if (!answer.alternatives().isEmpty()) {
            ArrayNode others = json.putArray("alternatives");
            answer.alternatives().forEach(other -> putAnswer(others.addObject(), other));
        }
        return json;
    }

    /** A page that has no answer, as {@code {"image", "page", "error"}}. */
    static ObjectNode error(String file, int page, String sentence) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("image", file)
                .put("page", page)
                .put("error", sentence);
    }

    private static void putAnswer(ObjectNode json, Answer<?> answer) {
        json.set("result", answer.toJson());
        json.put("text", answer.text());
        ArrayNode ids = json.putArray("token_ids");
        for (int id : answer.tokenIds()) {
            ids.add(id);
        }
        ArrayNode scores = json.putArray("token_scores");
        for (float score : answer.tokenScores()) {
            scores.add(score);
        }
        json.put("score", answer.score());
        json.put("truncated", answer.truncated());
    }
}
