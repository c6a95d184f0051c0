package io.github.florence4j.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * COCO's average precision of boxes, computed as pycocotools' COCOeval does: per category, boxes by falling score take
 * the free true box of highest IoU; precision at 101 recalls, mean over IoU 0.50:0.05:0.95 and the categories that have
 * true boxes. The score is AP; {@link #scores} gives all twelve figures.
 */
public record CocoDetection() implements CorpusMetric<DetectionSample> {

    @Override
    public String name() {
        return "coco-map";
    }

    @Override
    public Tally tally(List<DetectionSample> samples) {
        List<CategoryMatches> categories = List.copyOf(categories(samples).values());
        return new Tally() {
            @Override
            public int size() {
                return samples.size();
            }

            @Override
            public double score(int[] picks) {
                int[] copies = new int[samples.size()];
                for (int pick : picks) {
                    copies[pick]++;
                }
                return average(categories, category -> category.averagePrecision(AreaRange.ALL, copies));
            }
        };
    }

    /** All figures of the images. */
    public DetectionScores scores(List<DetectionSample> samples) {
        Map<String, CategoryMatches> byLabel = categories(samples);
        List<CategoryMatches> categories = List.copyOf(byLabel.values());
        int[] once = new int[samples.size()];
        Arrays.fill(once, 1);
        Map<String, Double> apOfLabel = new LinkedHashMap<>();
        byLabel.forEach((label, category) -> {
            double ap = category.averagePrecision(AreaRange.ALL, once);
            if (!Double.isNaN(ap)) {
                apOfLabel.put(label, ap);
            }
        });
        return new DetectionScores(
                average(categories, category -> category.averagePrecision(AreaRange.ALL, once)),
                average(categories, category -> category.precision(AreaRange.ALL, 0, once)),
                average(categories, category -> category.precision(AreaRange.ALL, 5, once)),
                average(categories, category -> category.averagePrecision(AreaRange.SMALL, once)),
                average(categories, category -> category.averagePrecision(AreaRange.MEDIUM, once)),
                average(categories, category -> category.averagePrecision(AreaRange.LARGE, once)),
                average(categories, category -> category.averageRecall(AreaRange.ALL, 1, once)),
                average(categories, category -> category.averageRecall(AreaRange.ALL, 10, once)),
                average(categories, category -> category.averageRecall(AreaRange.ALL, 100, once)),
                average(categories, category -> category.averageRecall(AreaRange.SMALL, 100, once)),
                average(categories, category -> category.averageRecall(AreaRange.MEDIUM, 100, once)),
                average(categories, category -> category.averageRecall(AreaRange.LARGE, 100, once)),
                Collections.unmodifiableMap(apOfLabel));
    }

    /** The categories that have true boxes; boxes of others have nothing to be compared with, as in COCOeval. */
    private static Map<String, CategoryMatches> categories(List<DetectionSample> samples) {
        Map<String, CategoryMatches.Builder> builders = new LinkedHashMap<>();
        samples.forEach(sample -> sample.truths()
                .forEach(truth -> builders.computeIfAbsent(truth.label(), label -> new CategoryMatches.Builder())));
        for (int image = 0; image < samples.size(); image++) {
            Map<String, DetectionSample> byLabel = byLabel(samples.get(image));
            for (Map.Entry<String, DetectionSample> entry : byLabel.entrySet()) {
                CategoryMatches.Builder builder = builders.get(entry.getKey());
                if (builder != null) {
                    builder.add(image, ImageMatches.of(entry.getValue()));
                }
            }
        }
        Map<String, CategoryMatches> categories = new LinkedHashMap<>();
        builders.forEach((label, builder) -> categories.put(label, builder.build()));
        return categories;
    }

    private static Map<String, DetectionSample> byLabel(DetectionSample sample) {
        Map<String, List<PredictedBox>> predictions = new LinkedHashMap<>();
        Map<String, List<TruthBox>> truths = new LinkedHashMap<>();
        sample.predictions().forEach(box -> predictions
                .computeIfAbsent(box.label(), label -> new ArrayList<>())
                .add(box));
        sample.truths().forEach(box -> truths.computeIfAbsent(box.label(), label -> new ArrayList<>())
                .add(box));
        Map<String, DetectionSample> parts = new LinkedHashMap<>();
        predictions.forEach(
                (label, boxes) -> parts.put(label, new DetectionSample(boxes, truths.getOrDefault(label, List.of()))));
        truths.forEach((label, boxes) -> parts.putIfAbsent(label, new DetectionSample(List.of(), boxes)));
        return parts;
    }

    /** The mean over the categories that have something to find. */
    private static double average(List<CategoryMatches> categories, ToDoubleFunction<CategoryMatches> figure) {
        OptionalDouble mean = categories.stream()
                .mapToDouble(figure)
                .filter(value -> !Double.isNaN(value))
                .average();
        return mean.orElse(Double.NaN);
    }

    /** The ten IoU thresholds, as numpy.linspace(0.5, 0.95, 10) gives them. */
    static double[] thresholds() {
        double step = (0.95 - 0.5) / 9;
        return IntStream.range(0, 10)
                .mapToDouble(i -> i == 9 ? 0.95 : 0.5 + i * step)
                .toArray();
    }
}
