package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Expected values: pycocotools 2.0.11 (see tools/make_metric_cases.py) and hand-worked ones. */
class CocoDetectionTest {
    private static final double NEAR = 1e-12;

    private static Box box(JsonNode item) {
        double x = item.get(2).asDouble();
        double y = item.get(3).asDouble();
        return new Box(x, y, x + item.get(4).asDouble(), y + item.get(5).asDouble());
    }

    private static List<DetectionSample> samples(JsonNode set) {
        List<DetectionSample> samples = new ArrayList<>();
        for (int i = 0; i < set.get("images").asInt(); i++) {
            int image = i;
            samples.add(new DetectionSample(
                    Cases.items(set.get("boxes")).stream()
                            .filter(b -> b.get(0).asInt() == image)
                            .map(b -> new PredictedBox(
                                    b.get(1).asText(), box(b), b.get(6).asDouble()))
                            .toList(),
                    Cases.items(set.get("truths")).stream()
                            .filter(t -> t.get(0).asInt() == image)
                            .map(t -> new TruthBox(
                                    t.get(1).asText(),
                                    box(t),
                                    t.get(6).asDouble(),
                                    t.get(7).asInt() == 1))
                            .toList()));
        }
        return samples;
    }

    private static double[] stats(DetectionScores s) {
        double[] figures = {
            s.ap(), s.ap50(), s.ap75(), s.apSmall(), s.apMedium(), s.apLarge(),
            s.ar1(), s.ar10(), s.ar100(), s.arSmall(), s.arMedium(), s.arLarge()
        };
        return Arrays.stream(figures).map(v -> Double.isNaN(v) ? -1 : v).toArray();
    }

    @Test
    void givesTheTwelveFiguresOfPycocotoolsOnRandomImages() {
        for (JsonNode set : Cases.of("coco-cases.json")) {
            double[] expected = Cases.items(set.get("stats")).stream()
                    .mapToDouble(JsonNode::asDouble)
                    .toArray();
            assertThat(stats(new CocoDetection().scores(samples(set))))
                    .as(set.toString())
                    .containsExactly(expected, within(NEAR));
        }
    }

    @Test
    void averagesWhatEachCategoryScores() {
        for (JsonNode set : Cases.of("coco-cases.json")) {
            DetectionScores scores = new CocoDetection().scores(samples(set));
            double mean = scores.categories().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(Double.NaN);
            assertThat(mean).isEqualTo(Double.valueOf(scores.ap()));
        }
    }

    @Test
    void scoresAHandWorkedImage() {
        // Two truths, the surest box misses, the second hits: precision 1/2 up to recall 1/2, so 51 of 101 recalls at
        // 0.5
        List<DetectionSample> samples = List.of(new DetectionSample(
                List.of(
                        new PredictedBox("cat", new Box(500, 500, 600, 600), 0.9),
                        new PredictedBox("cat", new Box(0, 0, 100, 100), 0.8)),
                List.of(new TruthBox("cat", new Box(0, 0, 100, 100)), new TruthBox("cat", new Box(200, 0, 300, 100)))));
        DetectionScores scores = new CocoDetection().scores(samples);
        assertThat(scores.ap()).isCloseTo(51 * 0.5 / 101, within(NEAR));
        assertThat(scores.ar1()).isZero();
        assertThat(scores.ar10()).isCloseTo(0.5, within(NEAR));
        assertThat(scores.apSmall()).isNaN();
        assertThat(new CocoDetection().score(samples)).isEqualTo(scores.ap());
    }

    @Test
    void isUndefinedWithoutTruths() {
        List<DetectionSample> samples =
                List.of(new DetectionSample(List.of(new PredictedBox("cat", new Box(0, 0, 9, 9), 1)), List.of()));
        assertThat(new CocoDetection().score(samples)).isNaN();
    }

    @Test
    void selectionsScoreAsIfTheirImagesHadBeenGivenAlone() {
        Random random = new Random(5);
        List<JsonNode> sets = Cases.of("coco-cases.json").stream()
                .filter(set -> !hasTies(set))
                .toList();
        assertThat(sets).hasSizeGreaterThan(50);
        for (JsonNode set : sets) {
            List<DetectionSample> samples = samples(set);
            int[] picks = random.ints(samples.size(), 0, samples.size()).toArray();
            double alone = new CocoDetection()
                    .score(Arrays.stream(picks).mapToObj(samples::get).toList());
            double selected = new CocoDetection().tally(samples).score(picks);
            assertThat(Double.isNaN(selected)).isEqualTo(Double.isNaN(alone));
            assertThat(Double.isNaN(alone) ? 0 : selected).isCloseTo(Double.isNaN(alone) ? 0 : alone, within(NEAR));
        }
    }

    private static boolean hasTies(JsonNode set) {
        List<Double> scores = Cases.items(set.get("boxes")).stream()
                .map(b -> b.get(6).asDouble())
                .toList();
        return scores.stream().distinct().count() < scores.size();
    }

    @Test
    void ranksByTheScoresThatAReportNames() {
        Score known = new Score(OptionalDouble.of(0.7), OptionalDouble.of(0.6));
        List<Detection> found =
                List.of(new Detection(new Box(0, 0, 1, 1), "a", known), new Detection(new Box(0, 0, 2, 2), "b", known));
        assertThat(BoxRanking.LOCATION.rank(found))
                .extracting(PredictedBox::score)
                .containsExactly(0.7, 0.7);
        assertThat(BoxRanking.LABEL.rank(found)).extracting(PredictedBox::score).containsExactly(0.6, 0.6);
        assertThat(BoxRanking.SEQUENCE.rank(found))
                .extracting(PredictedBox::score)
                .containsExactly(1.0, 0.5);
        assertThat(BoxRanking.CONSTANT.rank(found))
                .extracting(PredictedBox::score)
                .containsExactly(1.0, 1.0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BoxRanking.LOCATION.rank(List.of(new Detection(new Box(0, 0, 1, 1), "a"))))
                .withMessageContaining("generate with scores");
    }

    @Test
    void ofFiveThousandImagesTakesSeconds() {
        Random random = new Random(3);
        List<DetectionSample> samples = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            List<TruthBox> truths = new ArrayList<>();
            List<PredictedBox> boxes = new ArrayList<>();
            for (int k = 0; k < 7; k++) {
                double x = random.nextInt(500);
                double y = random.nextInt(400);
                String label = "c" + random.nextInt(80);
                truths.add(new TruthBox(label, new Box(x, y, x + 60, y + 60)));
                boxes.add(new PredictedBox(
                        label, new Box(x + random.nextInt(30), y, x + 60, y + 60), random.nextDouble()));
                boxes.add(
                        new PredictedBox("c" + random.nextInt(80), new Box(x, y, x + 30, y + 60), random.nextDouble()));
            }
            samples.add(new DetectionSample(boxes, truths));
        }
        long start = System.nanoTime();
        new CocoDetection().scores(samples);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(seconds).isLessThan(60);
    }
}
