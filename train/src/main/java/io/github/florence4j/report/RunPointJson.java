package io.github.florence4j.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.Estimate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Points as lines of JSON and back. A number that is not finite is {@code null}, which reads as NaN. */
final class RunPointJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRAIN = "train";
    private static final String VALIDATION = "validation";

    private RunPointJson() {}

    static String write(RunPoint point) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("kind", point instanceof TrainingPoint ? TRAIN : VALIDATION).put("step", point.step());
        number(row, "epoch", point.epoch());
        number(row, "loss", point.loss());
        if (point instanceof TrainingPoint training) {
            number(row, "lr", training.learningRate());
            number(row, "grad_norm", training.gradientNorm());
            number(row, "images_per_s", training.imagesPerSecond());
            number(row, "tokens_per_s", training.tokensPerSecond());
            number(row, "seconds", training.seconds());
            number(row, "rss_gb", training.residentGigabytes());
        } else if (point instanceof ValidationPoint validation) {
            row.put("samples", validation.samples());
            ObjectNode metrics = row.putObject("metrics");
            validation.metrics().forEach((name, estimate) -> metrics.set(name, json(estimate)));
        }
        return row.toString();
    }

    /** The point of a line; null when the line is none. */
    static @Nullable RunPoint read(String line) {
        try {
            JsonNode row = JSON.readTree(line);
            if (!row.path("step").isIntegralNumber()) {
                return null;
            }
            return switch (row.path("kind").asText()) {
                case TRAIN -> training(row);
                case VALIDATION -> validation(row);
                default -> null;
            };
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return null;
        }
    }

    private static TrainingPoint training(JsonNode row) {
        return new TrainingPoint(
                row.path("step").asLong(),
                number(row, "epoch"),
                number(row, "loss"),
                number(row, "lr"),
                number(row, "grad_norm"),
                number(row, "images_per_s"),
                number(row, "tokens_per_s"),
                number(row, "seconds"),
                number(row, "rss_gb"));
    }

    private static ValidationPoint validation(JsonNode row) {
        Map<String, Estimate> metrics = new LinkedHashMap<>();
        row.path("metrics")
                .properties()
                .forEach(metric -> metrics.put(metric.getKey(), estimate(metric.getKey(), metric.getValue())));
        return new ValidationPoint(
                row.path("step").asLong(),
                number(row, "epoch"),
                number(row, "loss"),
                metrics,
                row.path("samples").asLong());
    }

    private static ObjectNode json(Estimate estimate) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        number(json, "value", estimate.value());
        number(json, "low", estimate.low());
        number(json, "high", estimate.high());
        return json.put("samples", estimate.samples())
                .put("confidence", estimate.bootstrap().confidence())
                .put("resamples", estimate.bootstrap().resamples())
                .put("seed", estimate.bootstrap().seed());
    }

    private static Estimate estimate(String name, JsonNode json) {
        Bootstrap bootstrap = new Bootstrap(
                json.path("seed").asLong(),
                json.path("resamples").asInt(),
                json.path("confidence").asDouble());
        return new Estimate(
                name,
                number(json, "value"),
                number(json, "low"),
                number(json, "high"),
                json.path("samples").asInt(),
                bootstrap);
    }

    private static void number(ObjectNode row, String key, double value) {
        if (Double.isFinite(value)) {
            row.put(key, value);
        } else {
            row.putNull(key);
        }
    }

    private static double number(JsonNode row, String key) {
        return row.path(key).asDouble(Double.NaN);
    }
}
