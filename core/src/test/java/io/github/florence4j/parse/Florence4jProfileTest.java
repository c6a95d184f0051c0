package io.github.florence4j.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import io.github.florence4j.text.LocationQuantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the default profile does better than the references; the inputs are rows of specification 10.1. */
class Florence4jProfileTest {

    @Test
    void keepsLabelsInAnyScript() {
        assertThat(od("<s>café ☕ table" + locs(1, 4) + "猫" + locs(1, 4) + " é car" + locs(1, 4))
                        .labels())
                .containsExactly("café ☕ table", "猫", "é car");
    }

    @Test
    void keepsTheFractionsOfTheMicrosoftProfile() {
        String text = "</s><s>car<loc_52><loc_332><loc_932><loc_774></s>";
        Detections own = parse(text, Task.OBJECT_DETECTION, 640, 480);
        assertThat(own.boxes())
                .containsExactly(new Box(33.599998474121094, 159.59999084472656, 596.7999877929688, 371.7599792480469));
        assertThat(own)
                .isEqualTo(OutputParser.parse(text, Task.OBJECT_DETECTION, 640, 480, Profile.MICROSOFT)
                        .result());
    }

    @Test
    void leavesNoRemainsOfATagInALabel() {
        assertThat(od("<s>cat" + locs(1, 3) + "dog" + locs(4, 7) + "</s>").labels())
                .containsExactly("dog");
        assertThat(od("<s>car<od>" + locs(1, 4)).labels()).containsExactly("car");
        assertThat(od("<s>a<sep>b<pad>" + locs(1, 4)).labels()).containsExactly("ab");
        assertThat(ocr("</s><s>CUDA" + locs(1, 8) + "FOR" + locs(1, 8)).labels())
                .containsExactly("CUDA", "FOR");
        assertThat(ocr("<s>one" + locs(1, 9) + "two" + locs(11, 18)).labels()).containsExactly("one", "two");
        assertThat(ocr("<s>one" + locs(1, 7) + "two" + locs(11, 18)).labels()).containsExactly("two");
        Polygons polygons = parse("<s><sep>" + locs(1, 4), Task.REFERRING_SEGMENTATION, 1000, 1000);
        assertThat(polygons.labels()).containsExactly("");
    }

    @Test
    void keepsSignsThatAreNoTags() {
        assertThat(od("<s>a<b, 5 > 3, <DocVQA>" + locs(1, 4)).labels()).containsExactly("a<b, 5 > 3, <DocVQA>");
        assertThat(ocr("<s>if (a <loc_ b)" + locs(1, 8)).labels()).containsExactly("if (a <loc_ b)");
    }

    @Test
    void keepsLabelsOfSeveralLines() {
        assertThat(od("<s>a\nb" + locs(1, 4)).labels()).containsExactly("a\nb");
        assertThat(ocr("<s>one" + locs(1, 8) + "\ntwo" + locs(1, 8)).labels()).containsExactly("one", "two");
    }

    @Test
    void keepsEveryCompleteGroupEvenWithoutALabel() {
        assertThat(od("<s>" + locs(1, 4) + "</s>").items()).hasSize(1);
        assertThat(od("<s>cat" + locs(1, 9) + "</s>").labels()).containsExactly("cat", "cat");
        assertThat(ocr("<s>a" + locs(1, 16)).labels()).containsExactly("a", "");
        Detections proposals = parse("<s>car" + locs(1, 4) + "dog" + locs(5, 7), Task.REGION_PROPOSAL, 1000, 1000);
        assertThat(proposals.items()).hasSize(1);
        assertThat(proposals.labels()).containsExactly("");
    }

    @Test
    void clampsBinsThatAreNoTokens() {
        assertThat(od("<s>x<loc_999><loc_999><loc_1000><loc_99999999999999999999>")
                        .boxes())
                .containsExactly(new Box(999.5, 999.5, 999.5, 999.5));
    }

    @Test
    void groundingLeavesOutTheWordsThatNameNothing() {
        Detections found = parse(
                "<s>it" + locs(1, 4) + "The" + locs(1, 4) + " the image " + locs(1, 4) + "ité" + locs(1, 4),
                Task.PHRASE_GROUNDING,
                1000,
                1000);
        assertThat(found.labels()).containsExactly("The", "ité");
    }

    @Test
    void outlinesKeepTheirRingsAndInstances() {
        Polygons found = parse(
                "<s><poly>" + locs(1, 6) + "<sep>" + locs(11, 17) + "</poly><poly>" + locs(21, 26) + "</poly></s>",
                Task.REFERRING_SEGMENTATION,
                1000,
                1000);
        assertThat(found.items()).hasSize(2);
        assertThat(found.items().get(0).rings()).hasSize(2);
        assertThat(found.items().get(0).rings().get(1).points()).hasSize(3);
        Polygons bare = parse("<s>" + locs(1, 6) + "<sep>" + locs(11, 16) + "</s>", Task.REGION_TO_SEGMENTATION, 9, 9);
        assertThat(bare.items()).hasSize(1);
        Polygons none = parse("<s><poly>" + locs(1, 1) + "<sep><sep></poly></s>", Task.REGION_TO_SEGMENTATION, 9, 9);
        assertThat(none.items()).isEmpty();
    }

    @Test
    void openVocabularyTellsBoxesFromOutlinesInOneAnswer() {
        OpenVocabularyDetections found = parse(
                "<s>cat" + locs(1, 4) + "dog<poly>" + locs(1, 6) + "</poly><poly>" + locs(1, 6) + "</poly>ox"
                        + locs(1, 8),
                Task.OPEN_VOCABULARY_DETECTION,
                1000,
                1000);
        assertThat(found.detections().labels()).containsExactly("cat", "ox", "ox");
        assertThat(found.polygons().labels()).containsExactly("dog", "dog");
    }

    @Test
    void textLosesTagsAndMargins() {
        String category = parse("</s><s> car" + locs(1, 4) + "</s><pad><pad>", Task.REGION_TO_CATEGORY, 1, 1);
        assertThat(category).isEqualTo("car");
        String own = parse("</s><s>car" + locs(1, 2) + "</s><pad>", Task.custom("<MyTask>"), 1, 1);
        assertThat(own).isEqualTo("car<loc_1><loc_2>");
    }

    @Test
    void tellsWhereEachItemWasWritten() {
        String text = "</s><s> café<s> x " + locs(1, 8) + "</s>";
        for (Profile profile : Profile.values()) {
            Parsed parsed = OutputParser.parse(text, Task.OBJECT_DETECTION, 10, 10, profile);
            assertThat(parsed.spans()).hasSize(2);
            for (int i = 0; i < 2; i++) {
                ItemSpan span = parsed.spans().get(i);
                assertThat(text.substring(span.labelStart(), span.labelEnd())).isEqualTo("café<s> x");
                assertThat(text.substring(span.coordsStart(), span.coordsEnd())).isEqualTo(locs(1 + 4 * i, 4 + 4 * i));
            }
        }
    }

    @Test
    void soupOfWholeTokensNeverLeavesATagInALabel() {
        Random random = new Random(5);
        List<String> parts = new ArrayList<>(List.of(
                "<s>",
                "</s>",
                "<pad>",
                "<sep>",
                "<poly>",
                "</poly>",
                "<od>",
                "</region_cap>",
                "<and>",
                " cat",
                "犬",
                "\n",
                "<unk>",
                "<mask>",
                "<image>"));
        IntStream.range(0, 15).forEach(i -> parts.add(LocationQuantizer.token(i * 70)));
        for (int round = 0; round < 4000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            for (Task<?> task : Task.values()) {
                String json = OutputParser.parse(text.toString(), task, 640, 480, Profile.FLORENCE4J)
                        .result()
                        .toJsonString();
                assertThat(json).doesNotContain("<", ">", "loc_");
            }
        }
    }

    private static Detections od(String text) {
        return parse(text, Task.OBJECT_DETECTION, 1000, 1000);
    }

    private static OcrRegions ocr(String text) {
        return parse(text, Task.OCR_WITH_REGION, 1000, 1000);
    }

    private static <R> R parse(String text, Task<R> task, int width, int height) {
        return task.resultOf(OutputParser.parse(text, task, width, height, Profile.FLORENCE4J)
                .result());
    }

    private static String locs(int first, int last) {
        return LocationQuantizer.tokens(IntStream.rangeClosed(first, last).toArray());
    }
}
