package io.github.florence4j.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a task answers. The JSON has the keys of the reference processors' {@code post_process_generation}, plus scores
 * where they are known.
 */
public sealed interface TaskResult permits Text, Detections, OcrRegions, Polygons, OpenVocabularyDetections {

    /**
     * The result as the value that the reference processors give for a task: a string for text, an object with parallel
     * arrays otherwise. Coordinates are written as integers when all of the result's coordinates are whole, which is
     * always so in the {@code transformers} profile.
     */
    JsonNode toJson();

    /** The number of items: boxes, quads or instances; 1 for text. */
    int size();

    /** The same items with these scores, one for each item (for open vocabulary: boxes, then instances). */
    TaskResult withScores(List<Score> scores);

    /** The result as the reference gives it, under the task's token: {@code {"<OD>": {"bboxes": …, "labels": …}}}. */
    default ObjectNode toJson(String taskToken) {
        return JsonNodeFactory.instance.objectNode().set(taskToken, toJson());
    }

    /** {@link #toJson()} as one line of text. */
    default String toJsonString() {
        return toJson().toString();
    }
}
