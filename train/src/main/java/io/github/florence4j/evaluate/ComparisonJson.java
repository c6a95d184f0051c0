package io.github.florence4j.evaluate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.metrics.DetectionScores;
import io.github.florence4j.metrics.Estimate;
import java.util.Optional;

/** Evaluations as JSON; scores are as the metrics define them, most 0..1, and null where there is none. */
public final class ComparisonJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ComparisonJson() {}

    /** The whole comparison but the single answers: {@code {"source", "seed", "limit", "settings", "rows", "differences"}}. */
    public static ObjectNode summary(Comparison comparison) {
        EvaluationResult first = comparison.first();
        ObjectNode json = JSON.objectNode().put("source", first.source()).put("seed", first.seed());
        if (first.limit().isPresent()) {
            json.put("limit", first.limit().getAsLong());
        } else {
            json.putNull("limit");
        }
        ObjectNode settings = json.putObject("settings");
        comparison.settings().forEach(settings::put);
        ArrayNode rows = json.putArray("rows");
        for (int row = 0; row < comparison.rows().size(); row++) {
            rows.add(row(row, comparison.rows().get(row)));
        }
        ArrayNode differences = json.putArray("differences");
        for (Comparison.Difference difference : comparison.differences()) {
            ObjectNode node = differences
                    .addObject()
                    .put("from", Comparison.letter(difference.from()))
                    .put("to", Comparison.letter(difference.to()))
                    .put("metric", difference.estimate().metric());
            putEstimate(node, difference.estimate());
        }
        return json;
    }

    private static ObjectNode row(int number, Comparison.Row row) {
        EvaluationResult result = row.result();
        ObjectNode json = JSON.objectNode()
                .put("row", Comparison.letter(number))
                .put("model", row.model())
                .put("prompt", result.prompt().toString())
                .put("samples", result.samples().size())
                .put("rejected", result.rejected().size())
                .put("failed", result.failures())
                .put("truncated", result.truncated())
                .put("seconds", result.seconds())
                .put("images_per_second", result.imagesPerSecond());
        ObjectNode metrics = json.putObject("metrics");
        for (MetricResult metric : result.metrics()) {
            Estimate estimate = metric.estimate();
            ObjectNode node = metrics.putObject(estimate.metric());
            putEstimate(node, estimate);
            node.put("samples", estimate.samples())
                    .put("higher_is_better", metric.metric().higherIsBetter());
            Optional<DetectionScores> coco = metric.detectionScores();
            coco.ifPresent(scores -> node.set("coco", coco(scores)));
        }
        ArrayNode rejected = json.putArray("rejected_samples");
        for (RejectedSample sample : result.rejected()) {
            rejected.addObject().put("id", sample.id()).put("reason", sample.reason());
        }
        return json;
    }

    private static void putEstimate(ObjectNode json, Estimate estimate) {
        put(json, "value", estimate.value());
        put(json, "low", estimate.low());
        put(json, "high", estimate.high());
        json.put("confidence", estimate.bootstrap().confidence());
    }

    private static ObjectNode coco(DetectionScores scores) {
        ObjectNode json = JSON.objectNode();
        CocoFigures.of(scores).forEach((name, value) -> put(json, name, value));
        ObjectNode categories = json.putObject("categories");
        scores.categories().forEach((name, value) -> put(categories, name, value));
        return json;
    }

    private static void put(ObjectNode json, String key, double value) {
        if (Double.isFinite(value)) {
            json.put(key, value);
        } else {
            json.putNull(key);
        }
    }

    /**
     * One answer, a line of {@code predictions.jsonl}: {@code {"row", "model", "id", "image", "question", "prompt", "answers",
     * "tags", "prediction", "result", "scores", "confidence", "truncated", "error"}}; {@code result} only where there are places.
     */
    static ObjectNode prediction(int number, Comparison.Row row, int place) {
        SampleResult sample = row.result().samples().get(place);
        ObjectNode json = JSON.objectNode()
                .put("row", Comparison.letter(number))
                .put("model", row.model())
                .put("id", sample.id())
                .put("image", sample.image())
                .put("question", sample.question())
                .put("prompt", sample.prompt().text());
        sample.answers().forEach(json.putArray("answers")::add);
        sample.tags().forEach(json.putArray("tags")::add);
        json.put("prediction", sample.text());
        if (!Shapes.of(sample.prediction()).isEmpty()) {
            json.set("result", sample.prediction().toJson());
        }
        ObjectNode scores = json.putObject("scores");
        row.result().metrics().forEach(metric -> put(scores, metric.metric().name(), metric.score(place)));
        json.put("confidence", sample.confidence()).put("truncated", sample.truncated());
        return sample.failed() ? json.put("error", sample.error()) : json.putNull("error");
    }
}
