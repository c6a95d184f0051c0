package io.github.florence4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.InferenceException;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.InvalidDataException;
import io.github.florence4j.data.ListSource;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.Sources;
import io.github.florence4j.metrics.DetectionScores;
import io.github.florence4j.metrics.Metric;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which metric measures which answers, with a model whose answers are known. */
class RegionScoresTest {
    @TempDir
    private Path folder;

    private static EvaluatedModel model;
    private static NetworkPredictor tokens;

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
    void detectionIsMeasuredByCocoApWithoutBeingTold() throws IOException {
        Map<String, String> answers = Map.of(
                "right", "cup<loc_100><loc_100><loc_500><loc_500>",
                "wrong", "cup<loc_600><loc_600><loc_900><loc_900>");
        ListSource source = source(
                sample("right", "<OD>", "cup<loc_100><loc_100><loc_500><loc_500>"),
                sample("wrong", "<OD>", "cup<loc_100><loc_100><loc_500><loc_500>"));

        EvaluationResult result = run(question -> answers.get(question.example().id()), source);

        assertThat(result.score().metric()).isEqualTo("coco-map");
        // One of two cups is found, and first by rank of two equal scores: precision 1 up to recall 0.5 (51 of 101
        // points).
        assertThat(result.score().value()).isCloseTo(51 / 101.0, within(1e-9));
        assertThat(result.principal().score(0)).isCloseTo(1, within(1e-9));
        assertThat(result.principal().score(1)).isZero();
        assertThat(result.principal().detectionScores())
                .hasValueSatisfying(coco -> assertThat(coco.categories()).containsOnlyKeys("cup"));
    }

    /**
     * Two pictures of 1000 x 1000 with one cup each, the first with a crowd of cups besides. The model finds both cups, and a
     * box within the crowd: that counts neither for nor against it. By the answers' words alone it would be a miss, and the
     * cups' areas would be those of their boxes, not the 900 and 5,000 pixels of the outlines.
     */
    @Test
    void crowdsAndAreasOfTheCocoFileCount() throws IOException {
        Path file = Files.writeString(
                folder.resolve("instances.json"),
                """
                {"images": [{"id": 1, "file_name": "a.png", "width": 1000, "height": 1000},
                            {"id": 2, "file_name": "b.png", "width": 1000, "height": 1000}],
                 "categories": [{"id": 1, "name": "cup"}],
                 "annotations": [
                   {"id": 1, "image_id": 1, "category_id": 1, "bbox": [100, 100, 400, 400], "area": 900, "iscrowd": 0},
                   {"id": 2, "image_id": 1, "category_id": 1, "bbox": [500, 500, 500, 500], "area": 9, "iscrowd": 1},
                   {"id": 3, "image_id": 2, "category_id": 1, "bbox": [100, 100, 400, 400], "area": 5000, "iscrowd": 0}]}
                """);
        for (String name : List.of("a.png", "b.png")) { // half as large as the file says
            ImageIO.write(
                    new BufferedImage(500, 500, BufferedImage.TYPE_INT_RGB),
                    "png",
                    folder.resolve(name).toFile());
        }
        String cup = "cup<loc_100><loc_100><loc_500><loc_500>";
        String inTheCrowd = "cup<loc_600><loc_600><loc_800><loc_800>";
        try (IndexedSource source = Sources.open("coco:" + file)) {
            Fake fake = new Fake(tokens, question -> question.example().id().equals("1") ? inTheCrowd + cup : cup);
            EvaluationResult result = Evaluation.run(fake, source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);

            assertThat(result.rejected()).isEmpty();
            DetectionScores scores = result.principal().detectionScores().orElseThrow();
            assertThat(scores.ap()).isCloseTo(1, within(1e-9));
            assertThat(scores.apSmall()).isCloseTo(1, within(1e-9));
            assertThat(scores.apMedium()).isCloseTo(1, within(1e-9));
            assertThat(scores.apLarge()).isNaN();
        }
    }

    @Test
    void groundingAndSegmentationAreMeasuredByOverlap() throws IOException {
        EvaluationResult grounding = run(
                question -> "a cup<loc_100><loc_100><loc_500><loc_480>",
                source(
                        sample(
                                "near",
                                "<CAPTION_TO_PHRASE_GROUNDING>a cup",
                                "a cup<loc_100><loc_100><loc_500><loc_500>"),
                        sample(
                                "far",
                                "<CAPTION_TO_PHRASE_GROUNDING>a cup",
                                "a cup<loc_700><loc_100><loc_900><loc_500>")));
        assertThat(grounding.score().metric()).isEqualTo("accuracy-at-iou-0.5");
        assertThat(grounding.score().value()).isEqualTo(0.5);

        String square = "<loc_0><loc_0><loc_500><loc_0><loc_500><loc_999><loc_0><loc_999>";
        EvaluationResult masks =
                run(question -> square, source(sample("half", "<REFERRING_EXPRESSION_SEGMENTATION>it", square)));
        assertThat(masks.score().metric()).isEqualTo("mean-iou");
        assertThat(masks.score().value()).isEqualTo(1);
    }

    @Test
    void linesOfOcrWithPlacesAreComparedAsText() throws IOException {
        String lines = "first line<loc_1><loc_1><loc_9><loc_1><loc_9><loc_9><loc_1><loc_9>"
                + "second<loc_1><loc_11><loc_9><loc_11><loc_9><loc_19><loc_1><loc_19>";

        EvaluationResult result = run(question -> lines, source(sample("ocr", "<OCR_WITH_REGION>", lines)));

        assertThat(result.score().metric()).isEqualTo("cer");
        assertThat(result.score().value()).isZero();
        assertThat(result.samples().get(0).text()).isEqualTo("first line\nsecond");
    }

    @Test
    void samplesWithoutAnswersArePredictedButNotScored() throws IOException {
        EvaluationResult result = run(
                question -> "yes",
                source(
                        sample("scored", "<DocVQA>Is it?", "yes"),
                        new Sample("test split", Tiny.image(0), "<DocVQA>Is it?", List.of())));

        assertThat(result.samples()).extracting(SampleResult::text).containsExactly("yes", "yes");
        assertThat(result.score().samples()).isEqualTo(1);
        assertThat(result.principal().score(1)).isNaN();
    }

    @Test
    void aSampleWhoseAnswersAMetricCannotUseIsRejected() throws IOException {
        ListSource source = source(
                new Sample("four", Tiny.image(0), "<VQA>Is it?", List.of("yes", "yes", "yes", "no")),
                sample("one", "<VQA>Is it?", "yes"));

        EvaluationResult result = run(question -> "yes", source);

        assertThat(result.score().metric()).isEqualTo("vqa-accuracy");
        assertThat(result.score().samples()).isEqualTo(1);
        assertThat(result.rejected()).extracting(RejectedSample::id).containsExactly("one");
        assertThat(result.rejected().get(0).reason()).contains("at least 4 people, found 1");
    }

    @Test
    void metricsThatCannotMeasureTheAnswersAreRefusedBeforeMuchIsComputed() {
        Sample[] many = IntStream.range(0, 200)
                .mapToObj(i -> sample("s" + i, "<VQA>Is it?", "yes"))
                .toArray(Sample[]::new);
        Fake fake = new Fake(tokens, question -> "yes");

        assertThatThrownBy(() -> Evaluation.run(fake, source(many), measuring("coco-map"), EvaluationListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the prompt <VQA> is answered in words, which coco-map does not measure; name another metric");
        assertThatThrownBy(() -> Evaluation.run(fake, source(many), measuring("vqa-accuracy"), EvaluationListener.NONE))
                .isInstanceOf(InvalidDataException.class)
                .hasMessage(
                        "test: none of the first 32 samples can be used, the first, s0, because VQA accuracy needs the"
                                + " answers of at least 4 people, found 1; use exact match or ANLS instead");
        assertThat(fake.batches()).isEmpty();
    }

    @Test
    void aModelThatRunsOutOfMemoryOnOneQuestionEndsTheEvaluation() {
        Fake fake = new Fake(tokens, question -> {
            throw new InferenceException("out of memory", new OutOfMemoryError());
        });

        assertThatThrownBy(() -> Evaluation.run(
                        fake,
                        source(sample("a", "<VQA>a", "a"), sample("b", "<VQA>b", "b")),
                        EvaluationOptions.DEFAULTS,
                        EvaluationListener.NONE))
                .isInstanceOf(InferenceException.class);
        assertThat(fake.batches()).containsExactly(2, 1);
    }

    private static EvaluationResult run(Function<Predictor.Question, String> words, ListSource source)
            throws IOException {
        return Evaluation.run(new Fake(tokens, words), source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);
    }

    private static EvaluationOptions measuring(String metric) {
        return EvaluationOptions.DEFAULTS.withMetrics(List.of(Metric.named(metric)));
    }

    private static Sample sample(String id, String prompt, String answer) {
        return new Sample(id, Tiny.image(0), prompt, List.of(answer));
    }

    private static ListSource source(Sample... samples) {
        return new ListSource("test", List.of(samples));
    }
}
