package io.github.florence4j.evaluate;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.Ring;
import io.github.florence4j.result.Score;
import io.github.florence4j.result.TaskResult;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The places of a result as closed outlines, which a picture shows. */
final class Shapes {
    private Shapes() {}

    /**
     * An outline.
     *
     * @param label what is there; may be empty
     * @param score how sure the model was of the place, where known
     * @param points corners in pixels, all finite
     */
    record Shape(String label, OptionalDouble score, List<Point> points) {}

    /** The outlines of a result, none for text. */
    static List<Shape> of(TaskResult result) {
        List<Shape> shapes = new ArrayList<>();
        if (result instanceof Detections found) {
            found.items().forEach(item -> add(shapes, item.label(), item.score(), corners(item.box())));
        } else if (result instanceof OcrRegions regions) {
            regions.items()
                    .forEach(item ->
                            add(shapes, item.text(), item.score(), item.quad().points()));
        } else if (result instanceof Polygons outlines) {
            outlines.items().forEach(item -> {
                for (Ring ring : item.rings()) {
                    add(shapes, item.label(), item.score(), ring.points());
                }
            });
        } else if (result instanceof OpenVocabularyDetections both) {
            shapes.addAll(of(both.detections()));
            shapes.addAll(of(both.polygons()));
        }
        return shapes;
    }

    private static void add(List<Shape> shapes, String label, Score score, List<Point> points) {
        boolean finite = points.stream().allMatch(point -> Double.isFinite(point.x()) && Double.isFinite(point.y()));
        if (finite && !points.isEmpty()) {
            shapes.add(new Shape(label, score.location(), points));
        }
    }

    private static List<Point> corners(Box box) {
        return List.of(
                new Point(box.x1(), box.y1()),
                new Point(box.x2(), box.y1()),
                new Point(box.x2(), box.y2()),
                new Point(box.x1(), box.y2()));
    }
}
