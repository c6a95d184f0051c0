package io.github.florence4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.packed.LoadedNetwork;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Region;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Scopes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs over many requests, in which a finished prompt makes room for the next, against each request alone. */
@TestInstance(Lifecycle.PER_CLASS)
class AnswerAllTest {
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
    @ValueSource(ints = {1, 3})
    void answersAreThoseOfEachRequestAloneAndInOrder(int beams) {
        List<Request<?>> requests = requests();
        RunOptions open = options(beams, 20, List.of());
        List<String> stops = List.of(word(requests.get(0), open, 4), word(requests.get(3), open, 9));
        RunOptions options = options(beams, 20, stops);
        List<Outcome> together = run(requests, options.withAtOnce(3));
        assertThat(together).extracting(Outcome::request).containsExactlyElementsOf(requests);
        for (int i = 0; i < requests.size(); i++) {
            List<Answer<?>> alone = model.answers(List.of(requests.get(i)), options, TextListener.NONE)
                    .get(0);
            assertThat(ids(together.get(i).answers())).isDeepEqualTo(ids(alone));
            assertThat(together.get(i).answers().get(0).result())
                    .isEqualTo(alone.get(0).result());
        }
        // Answers of unequal lengths are what makes samples join while others are in the middle of theirs.
        assertThat(together.stream()
                        .map(outcome -> outcome.answers().get(0).tokenIds().length)
                        .distinct()
                        .count())
                .isGreaterThan(2);
    }

    @Test
    void drawnAnswersDoNotDependOnWhoIsThere() {
        GenerationOptions drawn = GenerationOptions.from(model.config().generation())
                .sample(7)
                .numReturnSequences(2)
                .maxNewTokens(10)
                .build();
        RunOptions options = model.defaults().withGeneration(drawn).withAtOnce(2);
        List<Outcome> together = run(requests(), options);
        for (Outcome outcome : together) {
            List<Answer<?>> alone = model.answers(List.of(outcome.request()), options, TextListener.NONE)
                    .get(0);
            assertThat(ids(outcome.answers())).isDeepEqualTo(ids(alone));
            assertThat(ids(outcome.answers().get(0).alternatives()))
                    .isDeepEqualTo(ids(alone.get(0).alternatives()));
        }
    }

    @Test
    void aRequestThatCannotBeAskedSpoilsNoOther() {
        Request<?> tooLong = Request.of(Task.custom("word ".repeat(300)), images.get(1));
        Request<?> without = Request.of(Task.PHRASE_GROUNDING, images.get(1));
        List<Request<?>> requests = new ArrayList<>(requests());
        requests.add(2, tooLong);
        requests.add(without);
        List<Outcome> outcomes = run(requests, options(1, 6, List.of()).withAtOnce(2));
        assertThat(outcomes).hasSameSizeAs(requests);
        for (Outcome outcome : outcomes) {
            boolean bad = outcome.request() == tooLong || outcome.request() == without;
            assertThat(outcome.failure().isPresent()).isEqualTo(bad);
            assertThat(outcome.answers().isEmpty()).isEqualTo(bad);
        }
        assertThat(outcomes.get(2).failure().orElseThrow())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("303 tokens");
    }

    @Test
    void whatFailsTogetherIsAskedAgainAlone() throws IOException {
        ImageProcessor processor =
                new ImageProcessor(ImageProcessorConfig.ofCheckpoint(Fixtures.path("tiny-transformers")));
        RunOptions options = options(3, 8, List.of());
        List<Answering.Question> questions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RgbImage image = images.get(i);
            Prompt prompt = Task.CAPTION
                    .prompts(TaskInput.none(), image.width(), image.height(), options.profile())
                    .get(0);
            questions.add(new Answering.Question(prompt, i, image.width(), image.height()));
        }
        AtomicInteger failures = new AtomicInteger(1);
        try (Device cpu = Scopes.own(Devices::cpu);
                LoadedNetwork loaded = LoadedNetwork.load(Fixtures.path("tiny-transformers"), Precision.FP32, cpu);
                Florence2Tokenizer tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-transformers"));
                Answering answering = new Answering(loaded.network(), tokenizer, processor.config())) {
            List<Answer<?>> answers = answering.answers(
                    questions,
                    picture -> {
                        if (picture == 1 && failures.getAndDecrement() > 0) {
                            throw new OutOfMemoryError("for once");
                        }
                        return answering.visualTokens(processor.process(images.get(picture)));
                    },
                    options,
                    TextListener.NONE);
            for (int i = 0; i < 3; i++) {
                assertThat(answers.get(i).tokenIds())
                        .isEqualTo(model.answer(Request.of(Task.CAPTION, images.get(i)), options)
                                .tokenIds());
            }
        }
    }

    /** The first computation of a picture that failed must not have eaten its pixels: the second needs them. */
    @Test
    void aPictureThatFailedCanBeComputedAgain() throws IOException {
        ImageProcessorConfig config = ImageProcessorConfig.ofCheckpoint(Fixtures.path("tiny-transformers"));
        ImageProcessor other = new ImageProcessor(config.withSize(64, 96));
        try (Device cpu = Scopes.own(Devices::cpu);
                LoadedNetwork loaded = LoadedNetwork.load(Fixtures.path("tiny-transformers"), Precision.FP32, cpu);
                Florence2Tokenizer tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-transformers"));
                Answering answering = new Answering(loaded.network(), tokenizer, config)) {
            List<Request<?>> request = List.of(Request.of(Task.CAPTION, images.get(0)));
            Asked asked = new RunItem(request, answering, options(1, 4, List.of()), 0, () -> {})
                    .prepare(other) // pixels of the wrong number, which the tower refuses
                    .orElseThrow();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> asked.picture().tokens()).hasMessageContaining("is invalid for input of size");
            }
        }
    }

    @Test
    void aLongRunLeavesNoNativeMemoryBehind() {
        RunOptions options = options(3, 8, List.of()).withAtOnce(3);
        run(requests(), options);
        long handles = Handles.settled();
        long before = NativeMemory.resident().orElseThrow();
        List<Request<?>> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.addAll(requests());
        }
        assertThat(run(many, options)).hasSameSizeAs(many);
        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(handles);
        assertThat(NativeMemory.resident().orElseThrow() - before).isLessThan(64L << 20);
    }

    @Test
    void whoTakesNoMoreResultsEndsTheRun() {
        RunOptions options = options(1, 6, List.of()).withAtOnce(2);
        AtomicInteger asked = new AtomicInteger();
        Iterator<List<Request<?>>> endless = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public List<Request<?>> next() {
                asked.incrementAndGet();
                return List.of(Request.of(Task.CAPTION, images.get(0)));
            }
        };
        assertThatThrownBy(() -> model.answerAll(endless, options, outcomes -> {
                    throw new IllegalStateException("enough");
                }))
                .hasMessage("enough");
        assertThat(asked.get()).isLessThan(20); // it is not asked far ahead of the results
        assertThat(model.answer(Request.of(Task.CAPTION, images.get(0)), options)
                        .tokenIds())
                .hasSize(7);
    }

    @Test
    void whatASourceGaveBeforeItFailedIsAnswered() {
        RunOptions options = options(1, 6, List.of()).withAtOnce(2);
        Iterator<List<Request<?>>> source = new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public List<Request<?>> next() {
                if (given == 5) {
                    throw new UncheckedIOException(new IOException("page 6 cannot be read"));
                }
                return List.of(Request.of(Task.CAPTION, images.get(given++ % 3)));
            }
        };
        List<Outcome> answered = new ArrayList<>();
        assertThatThrownBy(() -> model.answerAll(source, options, answered::addAll))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("page 6");
        assertThat(answered).hasSize(5).allSatisfy(outcome -> assertThat(outcome.answers())
                .hasSize(1));
    }

    @Test
    void whoTakesResultsCannotCallTheModelWhichWouldWaitForItself() {
        RunOptions options = options(1, 4, List.of());
        Request<?> request = Request.of(Task.CAPTION, images.get(0));
        assertThatThrownBy(() -> model.answerAll(
                        List.of(List.<Request<?>>of(request)).iterator(),
                        options,
                        outcomes -> model.answer(Request.of(Task.OCR, images.get(0)), options)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its own answerAll");
        assertThat(model.answer(Request.of(Task.OCR, images.get(0)), options).tokenIds())
                .isNotEmpty();
    }

    @Test
    void aTokenThatDoesNotExistIsRefusedAsWhatItIs() {
        RunOptions options = model.defaults()
                .withGeneration(GenerationOptions.from(model.config().generation())
                        .forcedBosTokenId(OptionalInt.of(60_000))
                        .build());
        assertThatThrownBy(() -> model.answer(Request.of(Task.CAPTION, images.get(0)), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("forced_bos_token_id is 60000");
    }

    @Test
    void aListenerThatThrowsEndsTheCall() {
        List<Request<?>> many = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            many.add(Request.of(Task.CAPTION, images.get(i % 3)));
        }
        AtomicInteger heard = new AtomicInteger();
        assertThatThrownBy(() -> model.answers(many, options(1, 6, List.of()).withAtOnce(2), (request, piece) -> {
                    heard.incrementAndGet();
                    throw new IllegalStateException("enough");
                }))
                .hasStackTraceContaining("enough");
        assertThat(heard.get()).isEqualTo(1);
    }

    @Test
    void anInterruptedRunEnds() throws InterruptedException {
        AtomicInteger cancelled = new AtomicInteger();
        Thread caller = new Thread(() -> {
            try {
                run(requests(), options(3, 250, List.of()).withAtOnce(2));
            } catch (CancellationException e) {
                cancelled.incrementAndGet();
            }
        });
        caller.start();
        Thread.sleep(200);
        caller.interrupt();
        caller.join(20_000);
        assertThat(cancelled.get()).isEqualTo(1);
    }

    private List<Outcome> run(List<Request<?>> requests, RunOptions options) {
        List<Outcome> all = new ArrayList<>();
        model.answerAll(
                requests.stream().map(request -> List.<Request<?>>of(request)).iterator(), options, all::addAll);
        return all;
    }

    private String word(Request<?> request, RunOptions options, int position) {
        Answer<?> answer = model.answers(List.of(request), options, TextListener.NONE)
                .get(0)
                .get(0);
        return model.tokenizer().decode(answer.tokenIds()[position]);
    }

    private static int[][] ids(List<? extends Answer<?>> answers) {
        return answers.stream().map(Answer::tokenIds).toArray(int[][]::new);
    }

    private List<Request<?>> requests() {
        List<Request<?>> requests = new ArrayList<>();
        for (RgbImage image : images) {
            requests.addAll(Arrays.asList(
                    Request.of(Task.CAPTION, image),
                    Request.of(Task.custom("<DocVQA>"), image, "What is the title of this page?"),
                    Request.of(Task.OBJECT_DETECTION, image),
                    new Request<>(
                            Task.REGION_TO_OCR,
                            image,
                            TaskInput.regions(List.of(Region.bins(1, 2, 300, 400), Region.bins(5, 5, 900, 900))))));
        }
        return requests;
    }

    private RunOptions options(int beams, int tokens, List<String> stops) {
        return model.defaults()
                .withGeneration(GenerationOptions.from(model.config().generation())
                        .numBeams(beams)
                        .maxNewTokens(tokens)
                        .stopStrings(stops)
                        .build());
    }
}
