package io.github.florence4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.data.ListSource;
import io.github.florence4j.data.Sample;
import io.github.florence4j.evaluate.EvaluationFolder.ReportOptions;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.metrics.Metric;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of an evaluation: what they say, that nothing in them is markup but ours, and that they appear whole. */
class ReportTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ATTACK = "</script><script>alert(1)</script>{{data}}<!-- \" ' & \u2028";
    private static EvaluatedModel model;
    private static NetworkPredictor tokens;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws IOException {
        model = Tiny.load();
        tokens = Tiny.predictor(model);
    }

    @AfterAll
    static void close() {
        tokens.close();
        model.close();
    }

    @Test
    void nothingThatDataOrModelSayIsMarkup() throws IOException {
        ListSource source = new ListSource(
                "data" + ATTACK,
                List.of(
                        new Sample("id" + ATTACK, Tiny.image(0), "<VQA>" + ATTACK, List.of(ATTACK), List.of(ATTACK)),
                        Tiny.corrupt("bad" + ATTACK)));
        Comparison comparison = Comparison.of(
                List.of(new Comparison.Row("model" + ATTACK, evaluate(source, "say " + ATTACK))),
                Map.of("setting" + ATTACK, "value" + ATTACK));

        String page = page(comparison, source, ReportOptions.DEFAULTS);

        assertThat(page).doesNotContain("<script>alert");
        assertThat(count(page, "\"metrics\":["))
                .as("text is no place for the data")
                .isEqualTo(1);
        assertThat(count(page, "<script")).isEqualTo(2);
        assertThat(count(page, "</script>")).isEqualTo(2);
        assertThat(page).contains("data&lt;/script&gt;&lt;script&gt;alert(1)");
        assertThat(page.replace("http://www.w3.org/2000/svg", ""))
                .as("nothing is fetched")
                .doesNotContain("http:", "https:", " src=\"", "@import", "url(");
        JsonNode sample = data(page).at("/samples/0");
        assertThat(sample.get("question").asText()).isEqualTo(ATTACK.strip());
        assertThat(sample.at("/rows/0/text").asText()).isEqualTo("say " + ATTACK.strip());
        assertThat(sample.at("/tags/0").asText()).isEqualTo(ATTACK);
    }

    @Test
    void theGalleryHoldsTheWorstOfEveryRowWithTheirPictures() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(10));
        Comparison comparison = Comparison.of(
                List.of(
                        new Comparison.Row("even", evaluate(source, question -> number(question) % 2 == 0)),
                        new Comparison.Row("low", evaluate(source, question -> number(question) < 5))),
                Map.of());

        JsonNode data = data(page(comparison, source, new ReportOptions(4, List.of())));

        assertThat(data.get("samples").findValuesAsText("id")).containsExactly("q1", "q3", "q5", "q6");
        assertThat(data.at("/samples/3/rows/0/scores/0").asDouble()).isEqualTo(1);
        assertThat(data.at("/samples/3/rows/1/scores/0").asDouble()).isZero();
        for (JsonNode sample : data.get("samples")) {
            String uri = data.at("/images/" + sample.get("hash").asText()).asText();
            assertThat(uri).startsWith("data:image/jpeg;base64,");
            byte[] jpeg = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
            assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth()).isBetween(1, Thumbnails.LONGER_SIDE);
        }
    }

    @Test
    void aReportWithAllSamplesHasItsPicturesBeside() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(6));
        Comparison comparison = Comparison.of(
                List.of(new Comparison.Row("model", evaluate(source, question -> true))), Map.of("beams", "1"));

        JsonNode data = data(page(comparison, source, new ReportOptions(ReportOptions.ALL, List.of("<svg></svg>"))));

        assertThat(data.get("samples")).hasSize(6);
        assertThat(data.get("images")).hasSize(3).allSatisfy(address -> assertThat(folder.resolve(address.asText()))
                .isNotEmptyFile());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("report.html", "predictions.jsonl", "summary.json", "images");
        }
    }

    @Test
    void placesAreDrawnForTruthAndPrediction() throws IOException {
        ListSource source = new ListSource(
                "boxes",
                List.of(new Sample("b", Tiny.image(0), "<OD>", List.of("cup<loc_0><loc_0><loc_499><loc_499>"))));
        EvaluationResult result = Evaluation.run(
                new Fake(tokens, question -> "cup<loc_0><loc_0><loc_249><loc_499>"),
                source,
                EvaluationOptions.DEFAULTS,
                EvaluationListener.NONE);

        JsonNode sample = data(page(
                        Comparison.of(List.of(new Comparison.Row("m", result)), Map.of()),
                        source,
                        ReportOptions.DEFAULTS))
                .at("/samples/0");

        double width = sample.get("width").asDouble();
        assertThat(sample.at("/truth/0/label").asText()).isEqualTo("cup");
        assertThat(sample.at("/truth/0/points/2").asDouble()).isCloseTo(width * 0.4995, within(0.1));
        assertThat(sample.at("/rows/0/shapes/0/points/2").asDouble()).isCloseTo(width * 0.2495, within(0.1));
        assertThat(sample.at("/answers/0").asText()).isEqualTo("cup");
    }

    @Test
    void differencesArePairedAndTellWhatIsClear() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(12));
        EvaluationResult few = evaluate(source, question -> number(question) % 4 == 0);
        EvaluationResult more = evaluate(source, question -> number(question) % 4 != 3);
        EvaluationResult same = evaluate(source, question -> number(question) % 4 == 0);

        Comparison comparison = Comparison.of(
                List.of(
                        new Comparison.Row("few", few),
                        new Comparison.Row("more", more),
                        new Comparison.Row("same", same)),
                Map.of());

        assertThat(comparison.differences()).hasSize(3);
        Comparison.Difference gain = comparison.differences().get(0);
        assertThat(gain.from()).isZero();
        assertThat(gain.to()).isEqualTo(1);
        assertThat(gain.estimate().value()).isEqualTo(0.5);
        assertThat(gain.isClear()).isTrue();
        Estimate alone = more.score();
        assertThat(gain.estimate().low())
                .isGreaterThan(alone.low() - few.score().high());
        Comparison.Difference none = comparison.differences().get(1);
        assertThat(Figures.difference(none.estimate())).isEqualTo("0.0 [0.0, 0.0]");
        assertThat(none.isClear()).isFalse();
    }

    @Test
    void everyAnswerIsALineOfThePredictions() throws IOException {
        List<Sample> samples = new ArrayList<>(Tiny.questions(3));
        samples.add(Tiny.corrupt("bad"));
        ListSource source = Tiny.source(samples);
        Comparison comparison = Comparison.of(
                List.of(
                        new Comparison.Row("one", evaluate(source, question -> true)),
                        new Comparison.Row("two", evaluate(source, question -> false))),
                Map.of("beams", "1"));

        page(comparison, source, ReportOptions.DEFAULTS);

        List<String> lines = Files.readAllLines(folder.resolve("predictions.jsonl"));
        assertThat(lines).hasSize(6);
        JsonNode last = JSON.readTree(lines.get(5));
        assertThat(last.fieldNames())
                .toIterable()
                .containsExactly(
                        "row",
                        "model",
                        "id",
                        "image",
                        "question",
                        "prompt",
                        "answers",
                        "tags",
                        "prediction",
                        "scores",
                        "confidence",
                        "truncated",
                        "error");
        assertThat(last.get("row").asText()).isEqualTo("B");
        assertThat(last.get("id").asText()).isEqualTo("q2");
        assertThat(last.at("/scores/anls").asDouble()).isZero();
        JsonNode summary = JSON.readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.at("/rows/0/metrics/anls/value").asDouble()).isEqualTo(1);
        assertThat(summary.at("/rows/0/rejected_samples/0/id").asText()).isEqualTo("bad");
        assertThat(summary.at("/differences/0/value").asDouble()).isEqualTo(-1);
    }

    private static int number(Predictor.Question question) {
        return Integer.parseInt(question.example().id().substring(1));
    }

    /** Answers the first accepted answer where it knows it. */
    private static EvaluationResult evaluate(ListSource source, Predicate<Predictor.Question> knows)
            throws IOException {
        return Evaluation.run(
                new Fake(
                        tokens,
                        question -> knows.test(question)
                                ? question.example().sample().answers().get(0)
                                : "qqqqqqqqqqqqqqqqqqqq"),
                source,
                EvaluationOptions.DEFAULTS.withMetrics(List.of(Metric.named("anls"))),
                EvaluationListener.NONE);
    }

    private static EvaluationResult evaluate(ListSource source, String words) throws IOException {
        return Evaluation.run(
                new Fake(tokens, question -> words), source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);
    }

    private String page(Comparison comparison, ListSource source, ReportOptions report) throws IOException {
        EvaluationFolder.write(folder, comparison, source, EvaluationOptions.DEFAULTS, report);
        return Files.readString(folder.resolve("report.html"));
    }

    private static JsonNode data(String page) throws IOException {
        Matcher data = Pattern.compile("<script id=\"data\" type=\"application/json\">(.*?)</script>", Pattern.DOTALL)
                .matcher(page);
        assertThat(data.find()).isTrue();
        return JSON.readTree(data.group(1));
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
