package io.github.florence4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compared with fixtures/prompts.json (transformers) and with specification 6 and 10.2. */
class PromptsTest {

    @Test
    void givesThePromptsOfTheFixtures() {
        JsonNode cases = Fixtures.json("prompts.json");
        assertThat(cases.size()).isGreaterThanOrEqualTo(10);
        for (JsonNode test : cases) {
            String text = test.get("text").asText();
            if (test.get("prompt").isObject()) {
                assertThatThrownBy(() -> Prompts.of(text, Profile.TRANSFORMERS))
                        .isInstanceOf(IllegalArgumentException.class);
            } else {
                String expected = test.get("prompt").asText();
                assertThat(Prompts.of(text, Profile.TRANSFORMERS).text()).isEqualTo(expected);
                assertThat(Prompts.of(text, Profile.FLORENCE4J).text()).isEqualTo(expected);
            }
        }
    }

    @Test
    void givesTheIdsOfTheSpecificationForEveryTask() throws IOException {
        Map<Task<?>, String> ids = Map.ofEntries(
                Map.entry(Task.CAPTION, "2264 473 5 2274 6190 116"),
                Map.entry(Task.DETAILED_CAPTION, "47066 21700 11 4617 99 16 2343 11 5 2274 4"),
                Map.entry(Task.MORE_DETAILED_CAPTION, "47066 21700 19 10 17818 99 16 2343 11 5 2274 4"),
                Map.entry(Task.OCR, "2264 16 5 2788 11 5 2274 116"),
                Map.entry(Task.OCR_WITH_REGION, "2264 16 5 2788 11 5 2274 6 19 3806 116"),
                Map.entry(Task.OBJECT_DETECTION, "574 22486 5 8720 19 4120 766 11 5 2274 4"),
                Map.entry(Task.DENSE_REGION_CAPTION, "574 22486 5 8720 11 5 2274 6 19 49 24173 4"),
                Map.entry(Task.REGION_PROPOSAL, "574 22486 5 976 5327 11 5 2274 4"),
                Map.entry(Task.PHRASE_GROUNDING, "574 22486 5 22810 11 5 3747 35 10 2272 512"),
                Map.entry(Task.REFERRING_SEGMENTATION, "574 22486 10 2272 512 11 5 2274 19 11445"),
                Map.entry(Task.OPEN_VOCABULARY_DETECTION, "574 22486 10 2272 512 11 5 2274 4"),
                Map.entry(
                        Task.REGION_TO_SEGMENTATION, "2264 16 5 11424 14601 11445 9 976 1437 50321 50601 51201 51043"),
                Map.entry(Task.REGION_TO_CATEGORY, "2264 16 5 976 1437 50321 50601 51201 51043 116"),
                Map.entry(Task.REGION_TO_DESCRIPTION, "2264 473 5 976 1437 50321 50601 51201 51043 6190 116"),
                Map.entry(Task.REGION_TO_OCR, "2264 2788 16 11 5 976 1437 50321 50601 51201 51043 116"));
        assertThat(ids).hasSize(Task.values().size());
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-microsoft"))) {
            ids.forEach((task, expected) -> {
                Prompt prompt = task.prompts(inputFor(task), 1000, 1000, Profile.FLORENCE4J)
                        .get(0);
                int[] wanted = Arrays.stream(("0 " + expected + " 2").split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                assertThat(tokenizer.encode(prompt.text())).as(task.token()).isEqualTo(wanted);
            });
        }
    }

    @Test
    void onlyTheMicrosoftProfileKeepsTheMarginsOfTheInput() {
        String raw = "<CAPTION_TO_PHRASE_GROUNDING> A green car\u00a0";
        assertThat(Prompts.of(raw, Profile.MICROSOFT).text())
                .isEqualTo("Locate the phrases in the caption:  A green car\u00a0");
        assertThat(Prompts.of(raw, Profile.TRANSFORMERS).text())
                .isEqualTo("Locate the phrases in the caption: A green car");
    }

    @Test
    void aTaskWithoutInputMustStandAlone() {
        for (String raw : List.of("<OD> x", " <OD>", "<OD>\n")) {
            for (Profile profile : Profile.values()) {
                assertThatThrownBy(() -> Prompts.of(raw, profile))
                        .hasMessage("the task <OD> takes no input and must stand alone, found '" + raw + "'");
            }
        }
    }

    @Test
    void removesEveryOccurrenceOfTheFirstTaskThatMatches() {
        assertThat(Prompts.of("a<REGION_TO_OCR>b<REGION_TO_OCR>c", Profile.MICROSOFT)
                        .text())
                .isEqualTo("What text is in the region abc?");
        assertThat(Prompts.of("<CAPTION_TO_PHRASE_GROUNDING><REGION_TO_OCR>x", Profile.MICROSOFT)
                        .text())
                .isEqualTo("Locate the phrases in the caption: <REGION_TO_OCR>x");
        assertThat(Prompts.of("<OPEN_VOCABULARY_DETECTION>{input} {0}$1", Profile.MICROSOFT)
                        .text())
                .isEqualTo("Locate {input} {0}$1 in the image.");
    }

    @Test
    void passesCustomTasksUnchanged() {
        Prompt prompt = Prompts.of("<DocVQA>What is it? ", Profile.TRANSFORMERS);
        assertThat(prompt.text()).isEqualTo("<DocVQA>What is it? ");
        assertThat(prompt.task()).isEqualTo(Task.custom("<DocVQA>"));
        assertThat(prompt.input()).isEqualTo("What is it? ");
        Task<String> docVqa = Task.custom("<DocVQA>");
        assertThat(docVqa.prompts(TaskInput.text("What is it? "), 9, 9, Profile.FLORENCE4J))
                .containsExactly(prompt);
        assertThat(docVqa.prompts(TaskInput.none(), 9, 9, Profile.FLORENCE4J)
                        .get(0)
                        .text())
                .isEqualTo("<DocVQA>");
        assertThat(Prompts.of("", Profile.FLORENCE4J).text()).isEmpty();
    }

    @Test
    void asksOncePerPhraseAndOncePerRegion() {
        TaskInput phrases = TaskInput.phrases(List.of("a cat", " a dog "));
        assertThat(texts(Task.OPEN_VOCABULARY_DETECTION.prompts(phrases, 9, 9, Profile.FLORENCE4J)))
                .containsExactly("Locate a cat in the image.", "Locate a dog in the image.");
        assertThat(texts(Task.PHRASE_GROUNDING.prompts(
                        TaskInput.phrases(List.of("a cat", "a dog")), 9, 9, Profile.FLORENCE4J)))
                .containsExactly("Locate the phrases in the caption: a cat. a dog");
        TaskInput regions =
                TaskInput.regions(List.of(Region.pixels(0, 0, 320, 240), Region.normalized(0.5, 0.5, 1, 1)));
        assertThat(Task.REGION_TO_OCR.prompts(regions, 640, 480, Profile.FLORENCE4J).stream()
                        .map(Prompt::input))
                .containsExactly("<loc_0><loc_0><loc_500><loc_500>", "<loc_500><loc_500><loc_999><loc_999>");
        assertThat(Task.REGION_TO_OCR
                        .prompts(TaskInput.text("0,0,320,240"), 640, 480, Profile.FLORENCE4J)
                        .get(0)
                        .input())
                .isEqualTo("<loc_0><loc_0><loc_500><loc_500>");
    }

    @Test
    void saysWhatATaskNeeds() {
        assertThatThrownBy(() -> Task.OBJECT_DETECTION.prompts(TaskInput.text("x"), 9, 9, Profile.FLORENCE4J))
                .hasMessage("the task <OD> takes no text and no region");
        assertThatThrownBy(() -> Task.PHRASE_GROUNDING.prompts(TaskInput.none(), 9, 9, Profile.FLORENCE4J))
                .hasMessageStartingWith("the task <CAPTION_TO_PHRASE_GROUNDING> needs a text");
        assertThatThrownBy(() -> Task.REGION_TO_OCR.prompts(TaskInput.none(), 9, 9, Profile.FLORENCE4J))
                .hasMessageStartingWith("the task <REGION_TO_OCR> needs a region");
    }

    private static TaskInput inputFor(Task<?> task) {
        return switch (task.inputKind()) {
            case NONE -> TaskInput.none();
            case TEXT -> TaskInput.text("a green car");
            case REGION -> TaskInput.region(Region.bins(52, 332, 932, 774));
        };
    }

    private static List<String> texts(List<Prompt> prompts) {
        return prompts.stream().map(Prompt::text).toList();
    }
}
