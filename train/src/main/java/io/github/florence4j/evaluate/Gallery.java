package io.github.florence4j.evaluate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.TaskResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The samples that a report shows one by one, as the data of its script. */
final class Gallery {
    private final Comparison comparison;
    private final List<Integer> places;

    private Gallery(Comparison comparison, List<Integer> places) {
        this.comparison = comparison;
        this.places = places;
    }

    /**
     * The worst samples by the principal metric, taken in turn from each row until there are enough.
     *
     * @param count how many at most
     */
    static Gallery worst(Comparison comparison, int count) {
        List<List<Integer>> orders =
                comparison.rows().stream().map(row -> worstFirst(row.result())).toList();
        int all = comparison.first().samples().size();
        TreeSet<Integer> chosen = new TreeSet<>();
        for (int rank = 0; rank < all && chosen.size() < count; rank++) {
            for (List<Integer> order : orders) {
                if (chosen.size() < count) {
                    chosen.add(order.get(rank));
                }
            }
        }
        return new Gallery(comparison, List.copyOf(chosen));
    }

    private static List<Integer> worstFirst(EvaluationResult result) {
        MetricResult metric = result.principal();
        boolean higher = metric.metric().higherIsBetter();
        return IntStream.range(0, result.samples().size())
                .boxed()
                .sorted(Comparator.comparingDouble(place -> Double.isNaN(metric.score(place)) // not measured: last
                        ? Double.POSITIVE_INFINITY
                        : higher ? metric.score(place) : -metric.score(place)))
                .toList();
    }

    /** The number of samples. */
    int size() {
        return places.size();
    }

    /** The hashes of the pictures by the numbers of their samples in the source. */
    SortedMap<Long, String> pictures() {
        SortedMap<Long, String> pictures = new TreeMap<>();
        for (int place : places) {
            SampleResult sample = comparison.first().samples().get(place);
            pictures.put(sample.index(), sample.imageHash());
        }
        return pictures;
    }

    /**
     * The data: {@code {"rows", "metrics", "images", "samples"}}.
     *
     * @param sources by the hash of a picture, the address under which the page finds it
     */
    ObjectNode json(Map<String, String> sources) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode rows = json.putArray("rows");
        for (int row = 0; row < comparison.rows().size(); row++) {
            Comparison.Row own = comparison.rows().get(row);
            rows.addObject()
                    .put("letter", Comparison.letter(row))
                    .put("model", own.model())
                    .put("prompt", own.result().prompt().toString());
        }
        ArrayNode metrics = json.putArray("metrics");
        for (Metric metric : comparison.metrics()) {
            metrics.addObject().put("name", metric.name()).put("higher", metric.higherIsBetter());
        }
        ObjectNode images = json.putObject("images");
        sources.forEach(images::put);
        ArrayNode samples = json.putArray("samples");
        places.forEach(place -> samples.add(sample(place)));
        return json;
    }

    private ObjectNode sample(int place) {
        SampleResult first = comparison.first().samples().get(place);
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", first.id())
                .put("image", first.image())
                .put("hash", first.imageHash())
                .put("question", PromptTemplate.question(first.question()));
        List<String> answers = new ArrayList<>();
        TaskResult truth = comparison.rows().stream()
                .map(row -> row.result().samples().get(place))
                .filter(sample ->
                        sample.truth() != null && !Shapes.of(sample.truth()).isEmpty())
                .map(SampleResult::truth)
                .findFirst()
                .orElse(null);
        answers.addAll(truth == null ? first.answers() : List.of(Results.text(truth)));
        answers.forEach(json.putArray("answers")::add);
        first.tags().forEach(json.putArray("tags")::add);
        SampleResult sized = comparison.rows().stream()
                .map(row -> row.result().samples().get(place))
                .max(Comparator.comparingInt(SampleResult::width))
                .orElse(first);
        json.put("width", sized.width()).put("height", sized.height());
        json.set("truth", shapes(truth));
        ArrayNode rows = json.putArray("rows");
        comparison.rows().forEach(row -> rows.add(answer(row.result(), place)));
        return json;
    }

    private static ObjectNode answer(EvaluationResult result, int place) {
        SampleResult sample = result.samples().get(place);
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("text", sample.text()).put("confidence", sample.confidence());
        ArrayNode scores = json.putArray("scores");
        for (MetricResult metric : result.metrics()) {
            double score = metric.score(place);
            if (Double.isFinite(score)) {
                scores.add(score);
            } else {
                scores.addNull();
            }
        }
        if (sample.truncated()) {
            json.put("truncated", true);
        }
        if (sample.failed()) {
            json.put("error", sample.error());
        }
        json.set("shapes", shapes(sample.prediction()));
        return json;
    }

    private static ArrayNode shapes(@Nullable TaskResult result) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        if (result == null) {
            return json;
        }
        for (Shapes.Shape shape : Shapes.of(result)) {
            ObjectNode node = json.addObject().put("label", shape.label());
            shape.score().ifPresent(score -> node.put("score", score));
            ArrayNode points = node.putArray("points");
            for (Point point : shape.points()) {
                points.add(Math.round(point.x() * 10) / 10.0).add(Math.round(point.y() * 10) / 10.0);
            }
        }
        return json;
    }
}
