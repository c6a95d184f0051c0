package io.github.florence4j.result;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Labelled boxes: the answer of detection, dense captions, region proposals and phrase grounding.
 *
 * @param items the boxes in the model's order
 */
public record Detections(List<Detection> items) implements TaskResult {

    /** Copies the list. */
    public Detections {
        items = List.copyOf(items);
    }

    /** All items of several answers, in order. */
    public static Detections merge(Collection<Detections> parts) {
        return new Detections(
                parts.stream().flatMap(part -> part.items().stream()).toList());
    }

    /** The boxes, without labels. */
    public List<Box> boxes() {
        return items.stream().map(Detection::box).toList();
    }

    /** The labels, one for each box. */
    public List<String> labels() {
        return items.stream().map(Detection::label).toList();
    }

    /** The scores, one for each box. */
    public List<Score> scores() {
        return items.stream().map(Detection::score).toList();
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public Detections withScores(List<Score> scores) {
        ResultJson.requireOnePerItem(scores, items.size());
        return new Detections(IntStream.range(0, items.size())
                .mapToObj(i -> new Detection(items.get(i).box(), items.get(i).label(), scores.get(i)))
                .toList());
    }

    /** {@code {"bboxes": [[x1, y1, x2, y2]…], "labels": […]}}, with {@code scores} and {@code label_scores} where known. */
    @Override
    public ObjectNode toJson() {
        ObjectNode json = ResultJson.object();
        ResultJson.putBoxes(json, "bboxes", this);
        ResultJson.putLabels(json, "labels", labels());
        ResultJson.putScores(json, "scores", "label_scores", scores());
        return json;
    }
}
