package io.github.florence4j.result;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Boxes or outlines of the objects that were asked for; the model decides which, and mostly one of the two is empty.
 *
 * @param detections the boxes
 * @param polygons the outlines
 */
public record OpenVocabularyDetections(Detections detections, Polygons polygons) implements TaskResult {

    /** All items of several answers, in order. */
    public static OpenVocabularyDetections merge(Collection<OpenVocabularyDetections> parts) {
        return new OpenVocabularyDetections(
                Detections.merge(
                        parts.stream().map(OpenVocabularyDetections::detections).toList()),
                Polygons.merge(
                        parts.stream().map(OpenVocabularyDetections::polygons).toList()));
    }

    /** The scores, first those of the boxes, then those of the instances. */
    public List<Score> scores() {
        return Stream.concat(detections.scores().stream(), polygons.scores().stream())
                .toList();
    }

    @Override
    public int size() {
        return detections.size() + polygons.size();
    }

    @Override
    public OpenVocabularyDetections withScores(List<Score> scores) {
        ResultJson.requireOnePerItem(scores, size());
        int boxes = detections.size();
        return new OpenVocabularyDetections(
                detections.withScores(scores.subList(0, boxes)),
                polygons.withScores(scores.subList(boxes, scores.size())));
    }

    /**
     * {@code {"bboxes", "bboxes_labels", "polygons", "polygons_labels"}}, with {@code bboxes_scores},
     * {@code bboxes_label_scores}, {@code polygons_scores} and {@code polygons_label_scores} where known.
     */
    @Override
    public ObjectNode toJson() {
        ObjectNode json = ResultJson.object();
        ResultJson.putBoxes(json, "bboxes", detections);
        ResultJson.putLabels(json, "bboxes_labels", detections.labels());
        ResultJson.putPolygons(json, "polygons", polygons);
        ResultJson.putLabels(json, "polygons_labels", polygons.labels());
        ResultJson.putScores(json, "bboxes_scores", "bboxes_label_scores", detections.scores());
        ResultJson.putScores(json, "polygons_scores", "polygons_label_scores", polygons.scores());
        return json;
    }
}
