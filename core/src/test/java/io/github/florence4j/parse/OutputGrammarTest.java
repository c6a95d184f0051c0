package io.github.florence4j.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.ParserKind;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random walks through the grammar, read back by all three profiles: no location token and no word may be lost. */
class OutputGrammarTest {
    private static final List<Task<?>> REGION_TASKS = List.of(
            Task.OBJECT_DETECTION,
            Task.DENSE_REGION_CAPTION,
            Task.REGION_PROPOSAL,
            Task.PHRASE_GROUNDING,
            Task.OCR_WITH_REGION,
            Task.REFERRING_SEGMENTATION,
            Task.REGION_TO_SEGMENTATION,
            Task.OPEN_VOCABULARY_DETECTION);

    @Test
    void everyWalkIsParsedWithoutLossInEveryProfile() {
        Random random = new Random(3);
        for (int round = 0; round < 8000; round++) {
            Task<?> task = REGION_TASKS.get(round % REGION_TASKS.size());
            String answer = walk(task.parserKind(), random);
            for (Profile profile : Profile.values()) {
                TaskResult result = OutputParser.parse("</s><s>" + answer + "</s>", task, 1000, 1000, profile)
                        .result();
                assertThat(locations(result))
                        .as("%s %s %s", task, profile, answer)
                        .isEqualTo(count(answer, "<loc_"));
                assertThat(labels(result)).as("%s %s %s", task, profile, answer).allMatch(this::isWords);
            }
        }
    }

    @Test
    void wordsAreFree() {
        OutputGrammar.State state = OutputGrammar.start(ParserKind.PURE_TEXT);
        for (TokenClass token : TokenClass.values()) {
            assertThat(state.allows(token)).isTrue();
        }
        assertThat(state.next(TokenClass.TEXT).next(TokenClass.EOS).allowed()).containsExactly(TokenClass.EOS);
    }

    @Test
    void aBoxEndsBehindItsFourthLocationOnly() {
        OutputGrammar.State state =
                OutputGrammar.start(ParserKind.DESCRIPTION_WITH_BBOXES).next(TokenClass.TEXT);
        assertThat(state.allowed()).containsExactlyInAnyOrder(TokenClass.TEXT, TokenClass.LOC);
        for (int i = 1; i < 4; i++) {
            state = state.next(TokenClass.LOC);
            assertThat(state.allowed()).containsExactly(TokenClass.LOC);
        }
        state = state.next(TokenClass.LOC);
        assertThat(state.allowed()).containsExactlyInAnyOrder(TokenClass.LOC, TokenClass.TEXT, TokenClass.EOS);
    }

    @Test
    void theForcedBeginningLeavesTheStateAsItIs() {
        OutputGrammar.State start = OutputGrammar.start(ParserKind.BBOXES);
        assertThat(start.next(TokenClass.OTHER)).isSameAs(start);
    }

    @Test
    void tellsTheClassesOfTheVocabulary() throws IOException {
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-transformers"))) {
            TokenClass[] classes = TokenClass.table(tokenizer, 51328);
            assertThat(classes[0]).isEqualTo(TokenClass.OTHER);
            assertThat(classes[2]).isEqualTo(TokenClass.EOS);
            assertThat(classes[102]).isEqualTo(TokenClass.TEXT);
            assertThat(classes[50269]).isEqualTo(TokenClass.LOC);
            assertThat(classes[51268]).isEqualTo(TokenClass.LOC);
            assertThat(classes[51279]).isEqualTo(TokenClass.SEP);
            assertThat(classes[51286]).isEqualTo(TokenClass.POLY_OPEN);
            assertThat(classes[51287]).isEqualTo(TokenClass.POLY_CLOSE);
            assertThat(classes[51289]).isEqualTo(TokenClass.OTHER);
            assertThat(classes[51327]).isEqualTo(TokenClass.OTHER);
        }
    }

    private static String walk(ParserKind kind, Random random) {
        StringBuilder answer = new StringBuilder();
        OutputGrammar.State state = OutputGrammar.start(kind);
        TokenClass token;
        do {
            List<TokenClass> choices = new ArrayList<>(state.allowed());
            assertThat(choices).isNotEmpty();
            token = choices.get(random.nextInt(choices.size()));
            answer.append(
                    switch (token) {
                        case TEXT -> " word" + random.nextInt(9);
                        case LOC -> "<loc_" + random.nextInt(1000) + ">";
                        case SEP -> "<sep>";
                        case POLY_OPEN -> "<poly>";
                        case POLY_CLOSE -> "</poly>";
                        case EOS, OTHER -> "";
                    });
            state = state.next(token);
        } while (token != TokenClass.EOS);
        return answer.toString();
    }

    private boolean isWords(String label) {
        return label.isEmpty() || label.matches("word\\d( word\\d)*");
    }

    private static int locations(TaskResult result) {
        if (result instanceof Detections detections) {
            return 4 * detections.size();
        }
        if (result instanceof OcrRegions regions) {
            return 8 * regions.size();
        }
        if (result instanceof Polygons polygons) {
            return polygons.items().stream()
                    .flatMap(item -> item.rings().stream())
                    .mapToInt(ring -> 2 * ring.points().size())
                    .sum();
        }
        OpenVocabularyDetections both = (OpenVocabularyDetections) result;
        return locations(both.detections()) + locations(both.polygons());
    }

    private static List<String> labels(TaskResult result) {
        if (result instanceof Detections detections) {
            return detections.labels();
        }
        if (result instanceof OcrRegions regions) {
            return regions.labels().stream()
                    .map(label -> label.replace("</s>", "").strip())
                    .toList();
        }
        if (result instanceof Polygons polygons) {
            return polygons.labels();
        }
        List<String> both = new ArrayList<>(labels(((OpenVocabularyDetections) result).detections()));
        both.addAll(labels(((OpenVocabularyDetections) result).polygons()));
        return both;
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }
}
