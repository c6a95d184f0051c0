package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.data.DataReport;
import io.github.florence4j.data.Findings;
import io.github.florence4j.data.Histogram;
import java.util.Map;

/** The report on a data set as JSON. */
final class DataReportJson {
    private DataReportJson() {}

    static ObjectNode of(DataReport report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", report.name());
        json.put("clean", report.clean());
        json.put("samples", report.samples());
        json.put("distinct_images", report.images());
        json.put("unit", report.unit());
        limit(json, "max_prompt", report.maxPrompt());
        limit(json, "max_answer", report.maxAnswer());
        json.set("prompt_lengths", of(report.promptLengths()));
        json.set("answer_lengths", of(report.answerLengths()));
        json.set("answers_per_sample", of(report.answersPerSample()));
        json.set("image_widths", of(report.widths()));
        json.set("image_heights", of(report.heights()));
        ObjectNode tags = json.putObject("tags");
        report.tags().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
        json.set("rejected", of(report.rejected()));
        json.set("unreadable_images", of(report.unreadable()));
        json.set("long_prompts", of(report.longPrompts()));
        json.set("long_answers", of(report.longAnswers()));
        json.set("without_answer", of(report.withoutAnswer()));
        json.set("repeated_questions", of(report.duplicates()));
        json.set("shared_images", of(report.sharedImages()));
        json.set("shared_questions", of(report.sharedQuestions()));
        return json;
    }

    private static void limit(ObjectNode json, String key, int limit) {
        if (limit < Integer.MAX_VALUE) {
            json.put(key, limit);
        }
    }

    private static ObjectNode of(Histogram histogram) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("total", histogram.total());
        json.put("min", histogram.min());
        json.put("median", histogram.quantile(0.5));
        json.put("p95", histogram.quantile(0.95));
        json.put("max", histogram.max());
        json.put("mean", histogram.mean());
        ObjectNode counts = json.putObject("counts");
        histogram.counts().forEach((value, count) -> counts.put(String.valueOf(value), count));
        return json;
    }

    private static ObjectNode of(Findings findings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("count", findings.count());
        ArrayNode examples = json.putArray("examples");
        findings.examples().forEach(examples::add);
        return json;
    }
}
