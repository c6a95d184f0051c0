package io.github.florence4j.result;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Text with its places: the answer of OCR with regions.
 *
 * @param items the regions in the model's order
 */
public record OcrRegions(List<OcrRegion> items) implements TaskResult {

    /** Copies the list. */
    public OcrRegions {
        items = List.copyOf(items);
    }

    /** All regions of several answers, in order. */
    public static OcrRegions merge(Collection<OcrRegions> parts) {
        return new OcrRegions(
                parts.stream().flatMap(part -> part.items().stream()).toList());
    }

    /** The texts, one for each region. */
    public List<String> labels() {
        return items.stream().map(OcrRegion::text).toList();
    }

    /** The scores, one for each region. */
    public List<Score> scores() {
        return items.stream().map(OcrRegion::score).toList();
    }

    /**
     * The regions whose quad takes at least this part of the image. The area is that of the original processor's filter,
     * which leaves the closing edge out and so depends on the origin; the first releases used a part of 0.01.
     *
     * @param part 0..1
     * @param width width of the image in pixels
     * @param height height of the image in pixels
     */
    public OcrRegions withoutSmallerThan(double part, int width, int height) {
        double least = part * width * height;
        return new OcrRegions(items.stream()
                .filter(item -> openArea(item.quad().points()) >= least)
                .toList());
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public OcrRegions withScores(List<Score> scores) {
        ResultJson.requireOnePerItem(scores, items.size());
        return new OcrRegions(IntStream.range(0, items.size())
                .mapToObj(i -> new OcrRegion(items.get(i).quad(), items.get(i).text(), scores.get(i)))
                .toList());
    }

    /** {@code {"quad_boxes": [[8 numbers]…], "labels": […]}}, with {@code scores} and {@code label_scores} where known. */
    @Override
    public ObjectNode toJson() {
        ObjectNode json = ResultJson.object();
        ResultJson.putQuads(json, "quad_boxes", this);
        ResultJson.putLabels(json, "labels", labels());
        ResultJson.putScores(json, "scores", "label_scores", scores());
        return json;
    }

    private static double openArea(List<Point> points) {
        double sum = 0;
        for (int i = 0; i + 1 < points.size(); i++) {
            Point a = points.get(i);
            Point b = points.get(i + 1);
            sum += a.x() * b.y() - b.x() * a.y();
        }
        return Math.abs(sum) / 2;
    }
}
