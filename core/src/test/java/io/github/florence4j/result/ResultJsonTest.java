package io.github.florence4j.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The JSON that users of the Python processors know, written out. */
class ResultJsonTest {
    private static final Box BOX = new Box(1, 2, 3, 4);
    private static final Ring RING = new Ring(List.of(new Point(1, 2), new Point(3.5, 4)));
    private static final Score SURE = new Score(OptionalDouble.of(0.5), OptionalDouble.empty());

    @Test
    void writesBoxesUnderTheTaskToken() {
        Detections found = new Detections(List.of(new Detection(BOX, "cat")));
        assertThat(found.toJson("<OD>")).hasToString("{\"<OD>\":{\"bboxes\":[[1,2,3,4]],\"labels\":[\"cat\"]}}");
        assertThat(new Detections(List.of()).toJsonString()).isEqualTo("{\"bboxes\":[],\"labels\":[]}");
    }

    @Test
    void writesScoresOnlyWhereTheyAreKnown() {
        Detections found =
                new Detections(List.of(new Detection(BOX, "cat", SURE), new Detection(new Box(0.5, 0, 0, 0), "")));
        assertThat(found.toJsonString())
                .isEqualTo("{\"bboxes\":[[1.0,2.0,3.0,4.0],[0.5,0.0,0.0,0.0]],\"labels\":[\"cat\",\"\"],"
                        + "\"scores\":[0.5,null]}");
    }

    @Test
    void writesQuadsAsEightNumbers() {
        Quad quad = new Quad(new Point(1, 2), new Point(3, 4), new Point(5, 6), new Point(7, 8));
        assertThat(new OcrRegions(List.of(new OcrRegion(quad, "é"))).toJsonString())
                .isEqualTo("{\"quad_boxes\":[[1,2,3,4,5,6,7,8]],\"labels\":[\"é\"]}");
    }

    @Test
    void writesPolygonsAsInstancesOfRings() {
        Polygons found = new Polygons(List.of(new PolygonInstance(List.of(RING, new Ring(List.of())), "")));
        assertThat(found.toJsonString()).isEqualTo("{\"polygons\":[[[1.0,2.0,3.5,4.0],[]]],\"labels\":[\"\"]}");
    }

    @Test
    void writesOpenVocabularyWithAllFourKeys() {
        OpenVocabularyDetections found = new OpenVocabularyDetections(
                new Detections(List.of(new Detection(BOX, "cat"))), new Polygons(List.of()));
        assertThat(found.toJsonString())
                .isEqualTo(
                        "{\"bboxes\":[[1,2,3,4]],\"bboxes_labels\":[\"cat\"],\"polygons\":[],\"polygons_labels\":[]}");
        assertThat(found.withScores(List.of(SURE)).toJson().get("bboxes_scores"))
                .hasToString("[0.5]");
    }

    @Test
    void writesTextAsAString() {
        assertThat(new Text("a \"b\"").toJson("<CAPTION>")).hasToString("{\"<CAPTION>\":\"a \\\"b\\\"\"}");
    }

    @Test
    void mergesTheAnswersOfSeveralPrompts() {
        Detections cat = new Detections(List.of(new Detection(BOX, "cat")));
        Detections dog = new Detections(List.of(new Detection(BOX, "dog", SURE)));
        assertThat(Detections.merge(List.of(cat, dog)).labels()).containsExactly("cat", "dog");
        Polygons outline = new Polygons(List.of(new PolygonInstance(List.of(RING), "")));
        assertThat(Polygons.merge(List.of(outline.labelled("a"), outline)).labels())
                .containsExactly("a", "");
        OpenVocabularyDetections both = OpenVocabularyDetections.merge(List.of(
                new OpenVocabularyDetections(cat, outline),
                new OpenVocabularyDetections(dog, new Polygons(List.of()))));
        assertThat(both.size()).isEqualTo(3);
        assertThat(both.scores().get(1)).isEqualTo(SURE);
    }

    @Test
    void wantsOneScoreForEachItem() {
        assertThatThrownBy(() -> new Detections(List.of()).withScores(List.of(SURE)))
                .hasMessage("expected one score for each of 0 items, found 1");
    }
}
