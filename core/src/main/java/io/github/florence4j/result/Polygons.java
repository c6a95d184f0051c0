package io.github.florence4j.result;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Outlined objects: the answer of the segmentation tasks.
 *
 * @param items the instances in the model's order
 */
public record Polygons(List<PolygonInstance> items) implements TaskResult {

    /** Copies the list. */
    public Polygons {
        items = List.copyOf(items);
    }

    /** All instances of several answers, in order. */
    public static Polygons merge(Collection<Polygons> parts) {
        return new Polygons(
                parts.stream().flatMap(part -> part.items().stream()).toList());
    }

    /** The labels, one for each instance. */
    public List<String> labels() {
        return items.stream().map(PolygonInstance::label).toList();
    }

    /** The scores, one for each instance. */
    public List<Score> scores() {
        return items.stream().map(PolygonInstance::score).toList();
    }

    /** The same instances, those without a label now called {@code label}: tells the phrases apart before a merge. */
    public Polygons labelled(String label) {
        return new Polygons(items.stream()
                .map(item -> item.label().isEmpty() ? new PolygonInstance(item.rings(), label, item.score()) : item)
                .toList());
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public Polygons withScores(List<Score> scores) {
        ResultJson.requireOnePerItem(scores, items.size());
        return new Polygons(IntStream.range(0, items.size())
                .mapToObj(i ->
                        new PolygonInstance(items.get(i).rings(), items.get(i).label(), scores.get(i)))
                .toList());
    }

    /**
     * {@code {"polygons": [instance [ring [x1, y1, …]]], "labels": […]}}, with {@code scores} and {@code label_scores}
     * where known.
     */
    @Override
    public ObjectNode toJson() {
        ObjectNode json = ResultJson.object();
        ResultJson.putPolygons(json, "polygons", this);
        ResultJson.putLabels(json, "labels", labels());
        ResultJson.putScores(json, "scores", "label_scores", scores());
        return json;
    }
}
