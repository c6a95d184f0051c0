package io.github.florence4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.task.Region;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The facade on the golden checkpoints, from image files to typed answers. */
@TestInstance(Lifecycle.PER_CLASS)
class Florence2Test {
    private Florence2 model;
    private List<RgbImage> images;

    @BeforeAll
    void load() throws IOException {
        model = Florence2.load(Fixtures.path("tiny-transformers"));
        images = List.of(
                RgbImage.read(Fixtures.path("images/coffee.png")),
                RgbImage.read(Fixtures.path("images/page.png")),
                RgbImage.read(Fixtures.path("images/rocket.jpg")));
    }

    @AfterAll
    void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-transformers", "tiny-microsoft"})
    void imageFilesAndPromptsGiveTheTokensOfTheReference(String folder) throws IOException {
        String layout = folder.startsWith("tiny-microsoft") ? "microsoft" : "transformers";
        List<String> prompts = Fixtures.json("generation.json")
                .get("prompts")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
        try (Florence2 checkpoint = Florence2.load(Fixtures.path(folder))) {
            for (int row = 0; row < 3; row++) {
                Answer<String> answer = checkpoint.answer(
                        Request.of(Task.custom(prompts.get(row)), images.get(row)), tokens(checkpoint, 24));
                JsonNode golden = golden(layout, "beam3", row);
                assertThat(answer.text()).isEqualTo(golden.get("text").get(0).asText());
                assertThat(answer.tokenIds())
                        .isEqualTo(golden.get("sequences")
                                .get(0)
                                .valueStream()
                                .mapToInt(JsonNode::asInt)
                                .toArray());
                assertThat(answer.truncated()).isTrue();
                assertThat(answer.tokenScores()).hasSize(answer.tokenIds().length - 1);
            }
        }
    }

    /** The expected answers were made by tools/make_half_precision_answers.py. */
    @Test
    void aPickledHalfPrecisionCheckpointGivesTheTokensOfTheReferenceOnItsWeights() throws IOException {
        JsonNode golden;
        try (InputStream file = getClass().getResourceAsStream("tiny-microsoft-bin.beam3.json")) {
            golden = new ObjectMapper().readTree(file);
        }
        try (Florence2 checkpoint = Florence2.load(Fixtures.path("tiny-microsoft-bin"))) {
            for (int row = 0; row < 3; row++) {
                Answer<String> answer = checkpoint.answer(
                        Request.of(Task.custom(prompts().get(row)), images.get(row)), tokens(checkpoint, 24));
                assertThat(answer.tokenIds())
                        .isEqualTo(golden.get(row)
                                .get("sequence")
                                .valueStream()
                                .mapToInt(JsonNode::asInt)
                                .toArray());
                assertThat((double) answer.score())
                        .isCloseTo(golden.get(row).get("score").asDouble(), within(1e-3));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-transformers", "tiny-microsoft"})
    void aBatchOfUnequalPromptsGivesWhatEachImageAloneGives(String folder) throws IOException {
        try (Florence2 checkpoint = Florence2.load(Fixtures.path(folder))) {
            List<Request<?>> requests = mixedRequests();
            RunOptions options = tokens(checkpoint, 30);
            List<List<Answer<?>>> batch = checkpoint.answers(requests, options, TextListener.NONE);
            for (int i = 0; i < requests.size(); i++) {
                List<Answer<?>> alone = checkpoint
                        .answers(List.of(requests.get(i)), options, TextListener.NONE)
                        .get(0);
                assertThat(batch.get(i)).hasSameSizeAs(alone);
                for (int p = 0; p < alone.size(); p++) {
                    assertThat(batch.get(i).get(p).tokenIds())
                            .isEqualTo(alone.get(p).tokenIds());
                    assertThat(batch.get(i).get(p).result())
                            .isEqualTo(alone.get(p).result());
                }
            }
        }
    }

    @Test
    void eightThreadsGetTheAnswersOfOne() throws Exception {
        try (Florence2 shared = Florence2.load(Fixtures.path("tiny-transformers"), LoadOptions.DEFAULTS.withLanes(3))) {
            List<Request<?>> requests = mixedRequests();
            RunOptions options = tokens(shared, 20);
            List<int[]> expected = requests.stream()
                    .map(r -> shared.answers(List.of(r), options, TextListener.NONE)
                            .get(0)
                            .get(0)
                            .tokenIds())
                    .toList();
            ExecutorService callers = Executors.newFixedThreadPool(8);
            try {
                List<Callable<int[]>> calls = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    Request<?> request = requests.get(i % requests.size());
                    calls.add(() -> shared.answers(List.of(request), options, TextListener.NONE)
                            .get(0)
                            .get(0)
                            .tokenIds());
                }
                List<Future<int[]>> answers = callers.invokeAll(calls);
                for (int i = 0; i < answers.size(); i++) {
                    assertThat(answers.get(i).get()).isEqualTo(expected.get(i % expected.size()));
                }
            } finally {
                callers.shutdown();
            }
        }
    }

    @Test
    void threeHundredImagesLeaveNoNativeMemoryBehind() {
        RunOptions options = model.defaults()
                .withGeneration(GenerationOptions.from(model.config().generation())
                        .maxNewTokens(12)
                        .build());
        runImages(30, options);
        long handles = Handles.settled();
        long before = NativeMemory.resident().orElseThrow();
        runImages(300, options);
        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(handles);
        // An image's activations are some megabytes here: a leak of them would show as a gigabyte.
        assertThat(NativeMemory.resident().orElseThrow() - before).isLessThan(64L << 20);
    }

    private void runImages(int count, RunOptions options) {
        for (int i = 0; i < count; i++) {
            model.answer(Request.of(Task.OCR, images.get(i % 3)), options);
        }
    }

    @Test
    void constrainedRegionTasksWriteOnlyWhatTheirParserReads() {
        RunOptions options = model.defaults()
                .withGeneration(GenerationOptions.from(model.config().generation())
                        .constrained(true)
                        .noRepeatNgramSize(0)
                        .maxNewTokens(40)
                        .build());
        Detections proposals = model.answer(Request.of(Task.REGION_PROPOSAL, images.get(0)), options)
                .result();
        assertThat(proposals.size()).isPositive();
        assertThat(proposals.labels()).containsOnly("");
        Answer<OcrRegions> ocr = model.answer(Request.of(Task.OCR_WITH_REGION, images.get(1)), options);
        assertThat(ocr.text()).doesNotContain("<od>", "<poly>", "<sep>");
        Answer<Polygons> polygons =
                model.answer(Request.of(Task.REFERRING_SEGMENTATION, images.get(2), "a rocket"), options);
        assertThat(polygons.text().replaceAll("<loc_\\d+>|<poly>|</poly>|<sep>", ""))
                .isEqualTo("</s><s></s>");
    }

    @Test
    void everyItemHasAScore() {
        Answer<Detections> answer = model.answer(
                Request.of(Task.REGION_PROPOSAL, images.get(0)),
                model.defaults()
                        .withGeneration(GenerationOptions.from(model.config().generation())
                                .constrained(true)
                                .maxNewTokens(21)
                                .build()));
        assertThat(answer.result().size()).isPositive();
        assertThat(answer.result().scores())
                .allSatisfy(score -> assertThat(score.location().orElseThrow()).isBetween(0.0, 1.0));
        // The first box was written by tokens 1 to 4 after <s>; its score is the mean of their log-probabilities.
        double mean = 0;
        for (int i = 1; i <= 4; i++) {
            mean += answer.tokenScores()[i] / 4.0;
        }
        assertThat(answer.result().scores().get(0).location().orElseThrow()).isCloseTo(Math.exp(mean), within(1e-6));
    }

    @Test
    void severalRegionsInOneCallAreOnePromptEach() {
        List<Answer<String>> answers = model.answers(
                new Request<>(
                        Task.REGION_TO_OCR,
                        images.get(1),
                        TaskInput.regions(List.of(
                                Region.pixels(0, 0, 100, 50),
                                Region.normalized(0.5, 0.5, 1, 1),
                                Region.bins(1, 2, 3, 4)))),
                tokens(model, 8));
        assertThat(answers)
                .extracting(a -> a.prompt().text())
                .containsExactly(
                        "What text is in the region <loc_0><loc_0><loc_260><loc_261>?",
                        "What text is in the region <loc_500><loc_500><loc_999><loc_999>?",
                        "What text is in the region <loc_1><loc_2><loc_3><loc_4>?");
    }

    @Test
    void streamedTextIsTheAnswersText() {
        StringBuilder streamed = new StringBuilder();
        Answer<?> answer = model.answers(
                        List.of(Request.of(Task.CAPTION, images.get(0))),
                        tokens(model, 24),
                        (prompt, text) -> streamed.append(text))
                .get(0)
                .get(0);
        assertThat(streamed.toString())
                .isEqualTo(answer.text().replace("</s>", "").replace("<s>", ""));
    }

    @Test
    void askingForThreeAnswersGivesTwoAlternatives() {
        GenerationOptions options = GenerationOptions.from(model.config().generation())
                .numReturnSequences(3)
                .maxNewTokens(24)
                .build();
        Answer<String> answer = model.answer(
                Request.of(Task.custom("What does the image describe?"), images.get(0)),
                model.defaults().withGeneration(options));
        JsonNode golden = golden("transformers", "beam3_return3", 0);
        assertThat(answer.text()).isEqualTo(golden.get("text").get(0).asText());
        assertThat(answer.alternatives())
                .extracting(Answer::text)
                .containsExactly(
                        golden.get("text").get(1).asText(),
                        golden.get("text").get(2).asText());
    }

    @Test
    void aStopStringEndsTheAnswerAndIsNoTruncation() {
        Answer<String> whole = model.answer(Request.of(Task.CAPTION, images.get(0)), greedy(24, List.of()));
        String word = model.tokenizer().decode(whole.tokenIds()[5]);
        Answer<String> stopped = model.answer(Request.of(Task.CAPTION, images.get(0)), greedy(24, List.of(word)));
        assertThat(stopped.text()).endsWith(word);
        assertThat(stopped.tokenIds().length).isLessThan(whole.tokenIds().length);
        assertThat(stopped.truncated()).isFalse();
    }

    @Test
    void stopStringsAreNotFoundInTheTokensThatEveryAnswerStartsWith() {
        Answer<String> answer =
                model.answer(Request.of(Task.CAPTION, images.get(0)), greedy(12, List.of("<s>", "</s><")));
        assertThat(answer.tokenIds()).hasSize(13);
    }

    @Test
    void withoutAForcedEndAnAnswerIsTruncatedUnlessItEnded() {
        GenerationOptions.Builder open =
                GenerationOptions.from(model.config().generation()).forcedEosTokenId(OptionalInt.empty());
        for (int beams : new int[] {1, 3}) {
            Answer<String> answer = model.answer(
                    Request.of(Task.CAPTION, images.get(0)),
                    model.defaults()
                            .withGeneration(
                                    open.numBeams(beams).maxNewTokens(10).build()));
            int last = answer.tokenIds()[answer.tokenIds().length - 1];
            assertThat(answer.truncated()).isEqualTo(last != 2);
        }
    }

    @Test
    void aListenerThatCallsItsModelIsToldInsteadOfWaitingForEver() {
        assertThatThrownBy(() -> model.answers(
                        List.of(Request.of(Task.CAPTION, images.get(0))),
                        tokens(model, 5),
                        (prompt, text) -> model.run(Task.OCR, images.get(1))))
                .hasMessageContaining("a listener called the model");
    }

    @Test
    void aModelKeepsItsThreadsWhateverOthersTake() throws IOException {
        Path folder = Fixtures.path("tiny-transformers");
        int standard = Threads.count();
        try (Florence2 three = Florence2.load(folder, LoadOptions.DEFAULTS.withThreads(3));
                Florence2 one = Florence2.load(folder, LoadOptions.DEFAULTS.withThreads(1));
                Florence2 other = Florence2.load(folder)) {
            assertThat(threads(one)).isEqualTo(1);
            assertThat(threads(three)).isEqualTo(3);
            assertThat(threads(other)).isEqualTo(standard);
            assertThat(threads(one)).isEqualTo(1);
        }
        assertThat(Threads.count()).isEqualTo(standard);
    }

    /** As libtorch tells them where the model computes. */
    private int threads(Florence2 of) {
        AtomicInteger threads = new AtomicInteger();
        of.answers(
                List.of(Request.of(Task.CAPTION, images.get(0))),
                tokens(of, 4),
                (prompt, text) -> threads.set(torch.get_num_threads()));
        return threads.get();
    }

    @Test
    void theLargestSeedDrawsAnswersToo() {
        GenerationOptions options = tokens(model, 4).generation().toBuilder()
                .sample(Long.MAX_VALUE)
                .numReturnSequences(2)
                .build();
        assertThat(model.answers(
                                List.of(Request.of(Task.CAPTION, images.get(0))),
                                model.defaults().withGeneration(options),
                                TextListener.NONE)
                        .get(0))
                .hasSize(1);
    }

    @Test
    void aModelIsNamedByAStringToo() throws IOException {
        String folder = Fixtures.path("tiny-transformers").toString();
        try (Florence2 named = Florence2.load(folder, LoadOptions.DEFAULTS.withPrecision(Precision.INT8))) {
            assertThat(named.precision()).isEqualTo(Precision.INT8);
        }
        assertThatThrownBy(() -> Florence2.load("smallest", LoadOptions.DEFAULTS))
                .hasMessageStartingWith(
                        "'smallest' is neither a directory nor a hub id, and no artifact on the class path"
                                + " holds a model of that name");
    }

    @Test
    void aModelLoadedWithinAScopeOutlivesIt() throws IOException {
        Florence2 scoped;
        try (PointerScope scope = new PointerScope()) {
            scoped = Florence2.load(Fixtures.path("tiny-transformers"));
        }
        try (scoped) {
            assertThat(scoped.answer(Request.of(Task.CAPTION, images.get(0)), tokens(scoped, 5))
                            .text())
                    .isNotNull();
        }
    }

    @Test
    void loadingAndClosingLeavesNoHandles() throws IOException {
        Florence2.load(Fixtures.path("tiny-transformers")).close();
        long handles = Handles.settled();
        for (int i = 0; i < 5; i++) {
            Florence2.load(Fixtures.path("tiny-transformers")).close();
        }
        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(handles);
    }

    @Test
    void aCascadeGroundsItsOwnCaption() {
        try (Florence2 checkpoint = Florence2.load(Fixtures.path("tiny-transformers"))) {
            GroundedCaption grounded = checkpoint.groundedCaption(Task.CAPTION, images.get(0), tokens(checkpoint, 12));
            assertThat(grounded.phrases().prompt().input())
                    .isEqualTo(grounded.caption().result());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPromptThatDoesNotFitIsRefusedWithItsLength() {
        String question = "word ".repeat(300);
        assertThatThrownBy(() -> model.run(Task.custom(question), images.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("303 tokens")
                .hasMessageContaining("room for 246");
    }

    @Test
    void aMissingFolderIsRefusedInOneSentence() {
        assertThatThrownBy(() -> Florence2.load(Path.of("no-such-folder")))
                .hasMessageContaining("no-such-folder")
                .hasMessageNotContainingAny("\n");
    }

    @Test
    void anInterruptedCallerGetsItsThreadBack() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                model.answer(Request.of(Task.OCR, images.get(0)), tokens(model, 250));
            } catch (CancellationException e) {
                thrown.set(e);
            }
        });
        caller.start();
        Thread.sleep(100);
        caller.interrupt();
        caller.join(20_000);
        assertThat(thrown.get()).isInstanceOf(CancellationException.class);
        assertThat(model.answer(Request.of(Task.OCR, images.get(0)), tokens(model, 4))
                        .text())
                .isNotEmpty();
    }

    private static List<String> prompts() {
        return Fixtures.json("generation.json")
                .get("prompts")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
    }

    private List<Request<?>> mixedRequests() {
        return List.of(
                Request.of(Task.CAPTION, images.get(0)),
                Request.of(Task.PHRASE_GROUNDING, images.get(2), "A rocket on a launch pad, smoke."),
                Request.of(Task.custom("<DocVQA>"), images.get(1), "What is the title of this page?"),
                Request.of(Task.OBJECT_DETECTION, images.get(0)),
                new Request<>(
                        Task.REGION_TO_OCR,
                        images.get(1),
                        TaskInput.regions(List.of(Region.bins(1, 2, 300, 400), Region.bins(5, 5, 900, 900)))));
    }

    private static RunOptions tokens(Florence2 model, int count) {
        return model.defaults()
                .withGeneration(GenerationOptions.from(model.config().generation())
                        .maxNewTokens(count)
                        .build());
    }

    private RunOptions greedy(int tokens, List<String> stops) {
        return model.defaults()
                .withGeneration(GenerationOptions.from(model.config().generation())
                        .numBeams(1)
                        .maxNewTokens(tokens)
                        .stopStrings(stops)
                        .build());
    }

    private static JsonNode golden(String layout, String name, int row) {
        return Fixtures.json("generation.json")
                .get("cases")
                .valueStream()
                .filter(c -> c.get("layout").asText().equals(layout)
                        && c.get("name").asText().equals(name)
                        && c.get("rows").size() == 1
                        && c.get("rows").get(0).asInt() == row)
                .findFirst()
                .orElseThrow();
    }
}
