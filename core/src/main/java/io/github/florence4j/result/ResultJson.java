package io.github.florence4j.result;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Writes the parallel arrays of the reference's result objects. */
final class ResultJson {
    private ResultJson() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static void putBoxes(ObjectNode json, String key, Detections detections) {
        List<double[]> rows = detections.boxes().stream()
                .map(box -> new double[] {box.x1(), box.y1(), box.x2(), box.y2()})
                .toList();
        putRows(json.putArray(key), rows, allWhole(rows));
    }

    static void putQuads(ObjectNode json, String key, OcrRegions regions) {
        List<double[]> rows = regions.items().stream()
                .map(region -> flat(region.quad().points()))
                .toList();
        putRows(json.putArray(key), rows, allWhole(rows));
    }

    static void putPolygons(ObjectNode json, String key, Polygons polygons) {
        List<List<double[]>> instances = polygons.items().stream()
                .map(item ->
                        item.rings().stream().map(ring -> flat(ring.points())).toList())
                .toList();
        boolean whole = allWhole(instances.stream().flatMap(List::stream).toList());
        ArrayNode array = json.putArray(key);
        instances.forEach(rings -> putRows(array.addArray(), rings, whole));
    }

    static void putLabels(ObjectNode json, String key, List<String> labels) {
        ArrayNode array = json.putArray(key);
        labels.forEach(array::add);
    }

    /** Writes each of the two arrays only if at least one item has such a score; items without one get null. */
    static void putScores(ObjectNode json, String key, String labelKey, List<Score> scores) {
        putKnown(json, key, scores, Score::location);
        putKnown(json, labelKey, scores, Score::label);
    }

    static void requireOnePerItem(List<Score> scores, int items) {
        if (scores.size() != items) {
            throw new IllegalArgumentException(
                    "expected one score for each of " + items + " items, found " + scores.size());
        }
    }

    private static void putKnown(
            ObjectNode json, String key, List<Score> scores, Function<Score, OptionalDouble> which) {
        if (scores.stream().map(which).noneMatch(OptionalDouble::isPresent)) {
            return;
        }
        ArrayNode array = json.putArray(key);
        for (Score score : scores) {
            which.apply(score).ifPresentOrElse(array::add, array::addNull);
        }
    }

    private static void putRows(ArrayNode array, List<double[]> rows, boolean whole) {
        for (double[] row : rows) {
            ArrayNode numbers = array.addArray();
            for (double value : row) {
                if (whole) {
                    numbers.add((long) value);
                } else {
                    numbers.add(value);
                }
            }
        }
    }

    private static double[] flat(List<Point> points) {
        return points.stream()
                .flatMapToDouble(point -> DoubleStream.of(point.x(), point.y()))
                .toArray();
    }

    private static boolean allWhole(List<double[]> rows) {
        return rows.stream().flatMapToDouble(DoubleStream::of).allMatch(value -> value == Math.rint(value));
    }
}
