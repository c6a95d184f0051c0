package io.github.florence4j.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows 73 and 74 of specification 10.1 for the original's scores; the own scores from their definition. */
class ItemScoresTest {
    private static final int[] CARS = {2, 0, 5901, 50322, 50602, 51202, 51043, 13630, 50978, 50845, 51134, 51041, 2};
    private static final int[] CARS_AFTER_A_STRAY = {
        2, 0, 50270, 5901, 50322, 50602, 51202, 51043, 13630, 50978, 50845, 51134, 51041, 2
    };

    private static Florence2Tokenizer tokenizer;

    @BeforeAll
    static void load() throws IOException {
        tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-microsoft"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void givesTheOriginalBoxScores() {
        Detections found = od(CARS, steps(12, -0.1), Profile.MICROSOFT);
        assertThat(found.labels()).containsExactly("car", "wheel");
        assertThat(found.boxes())
                .containsExactly(new Box(53.5, 333.5, 933.5, 774.5), new Box(709.5, 576.5, 865.5, 772.5));
        assertScore(found.items().get(0), 0.7046880860434787);
        assertScore(found.items().get(1), 0.4274149344963182);
        assertThat(found.toJson().has("label_scores")).isFalse();
    }

    @Test
    void repeatsTheDriftOfTheOriginalBookkeeping() {
        Detections found = od(CARS_AFTER_A_STRAY, steps(13, -1), Profile.MICROSOFT);
        assertThat(found.labels()).containsExactly("loc_1>car", "wheel");
        assertScore(found.items().get(0), Math.exp(-4));
        assertScore(found.items().get(1), Math.exp(-9));
    }

    @Test
    void countsCodePointsAsTheOriginalDoes() {
        int[] smile = tokenizer.encodeWithoutSpecials("\ud83d\ude00 car");
        int[] ids = IntStream.concat(
                        IntStream.concat(IntStream.of(2, 0), IntStream.of(smile)),
                        IntStream.of(50322, 50602, 51202, 51043, 13630, 50978, 50845, 51134, 51041, 2))
                .toArray();
        double[] logProbs = IntStream.range(1, ids.length)
                .mapToDouble(i -> i >= 2 + smile.length && i < 6 + smile.length ? -1 : i >= ids.length - 5 ? -2 : -50)
                .toArray();
        Detections found = od(ids, logProbs, Profile.MICROSOFT);
        assertScore(found.items().get(0), Math.exp(-1));
        assertScore(found.items().get(1), Math.exp(-2));
    }

    @Test
    void scoresBoxAndLabelByTheirOwnTokensWhateverComesBefore() {
        Detections found = od(CARS_AFTER_A_STRAY, steps(13, -1), Profile.FLORENCE4J);
        assertThat(found.labels()).containsExactly("car", "wheel");
        assertScore(found.items().get(0), Math.exp(-(3 + 4 + 5 + 6) / 4.0));
        assertScore(found.items().get(1), Math.exp(-(8 + 9 + 10 + 11) / 4.0));
        assertThat(found.items().get(0).score().label().getAsDouble()).isCloseTo(Math.exp(-2), within(1e-12));
        assertThat(found.items().get(1).score().label().getAsDouble()).isCloseTo(Math.exp(-7), within(1e-12));
        JsonNode json = Task.OBJECT_DETECTION.wrap(found).toJson("<OD>").get("<OD>");
        assertThat(json.get("scores")).hasSize(2);
        assertThat(json.get("label_scores")).hasSize(2);
    }

    @Test
    void aLabelOfManyTokensIsScoredByAllOfThem() {
        int[] label = tokenizer.encodeWithoutSpecials("価格は😀");
        int[] ids = IntStream.concat(
                        IntStream.concat(IntStream.of(2, 0), IntStream.of(label)),
                        IntStream.of(50269, 50269, 50269, 50269, 2))
                .toArray();
        double[] logProbs = IntStream.range(1, ids.length)
                .mapToDouble(i -> i >= 2 && i < 2 + label.length ? -3 : -7)
                .toArray();
        Detection found = od(ids, logProbs, Profile.FLORENCE4J).items().get(0);
        assertThat(found.label()).isEqualTo("価格は😀");
        assertThat(found.score().label().getAsDouble()).isCloseTo(Math.exp(-3), within(1e-12));
        assertScore(found, Math.exp(-7));
    }

    @Test
    void scoresOutlinesWithoutALabel() {
        int[] ids = {2, 0, 50270, 50280, 50290, 50300, 50310, 50320, 2};
        Polygons found = Task.REFERRING_SEGMENTATION.resultOf(OutputParser.parse(
                tokenizer, ids, steps(8, -0.5), Task.REFERRING_SEGMENTATION, 1000, 1000, Profile.FLORENCE4J));
        assertThat(found.scores().get(0).location().getAsDouble())
                .isCloseTo(Math.exp(-0.5 * (1 + 2 + 3 + 4 + 5 + 6) / 6), within(1e-12));
        assertThat(found.scores().get(0).label()).isEmpty();
    }

    @Test
    void theTransformersProfileHasNoScores() {
        Detections found = od(CARS, steps(12, -0.1), Profile.TRANSFORMERS);
        assertThat(found.toJson().toString())
                .isEqualTo("{\"bboxes\":[[53,333,933,774],[709,576,865,772]],\"labels\":[\"car\",\"wheel\"]}");
    }

    @Test
    void refusesLogProbsOfAnotherLength() {
        assertThatThrownBy(() -> od(CARS, new double[3], Profile.FLORENCE4J))
                .hasMessage("expected a log-probability for each of the 12 tokens after the start token, found 3");
    }

    private static Detections od(int[] ids, double[] logProbs, Profile profile) {
        return Task.OBJECT_DETECTION.resultOf(
                OutputParser.parse(tokenizer, ids, logProbs, Task.OBJECT_DETECTION, 1000, 1000, profile));
    }

    private static void assertScore(Detection detection, double expected) {
        assertThat(detection.score().location().getAsDouble()).isCloseTo(expected, within(1e-12));
    }

    /** In float, as the model's log-probabilities are. */
    private static double[] steps(int count, double step) {
        return IntStream.range(0, count).mapToDouble(i -> (float) (i * step)).toArray();
    }
}
