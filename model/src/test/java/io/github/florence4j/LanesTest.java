package io.github.florence4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.packed.LoadedNetwork;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Prompts;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** {@link Answering} in two lanes against one, on the golden tiny checkpoint. */
@TestInstance(Lifecycle.PER_CLASS)
class LanesTest {
    private static final String FOLDER = "tiny-transformers";
    private static final int ASKED_OF_EACH = 6;

    private ImageProcessor processor;
    private List<RgbImage> images;
    private LoadedNetwork loaded;
    private Florence2Tokenizer tokenizer;
    private Answering one;
    private Answering two;
    private RunOptions options;

    @BeforeAll
    void load() throws IOException {
        processor = new ImageProcessor(ImageProcessorConfig.ofCheckpoint(Fixtures.path(FOLDER)));
        images = List.of(
                RgbImage.read(Fixtures.path("images/coffee.png")),
                RgbImage.read(Fixtures.path("images/page.png")),
                RgbImage.read(Fixtures.path("images/rocket.jpg")));
        try (Device cpu = Scopes.own(Devices::cpu)) {
            loaded = LoadedNetwork.load(Fixtures.path(FOLDER), Precision.FP32, cpu);
        }
        tokenizer = Florence2Tokenizer.load(Fixtures.path(FOLDER));
        one = new Answering(loaded.network(), tokenizer, processor.config());
        two = new Answering(loaded.network(), tokenizer, processor.config(), 2);
        GenerationOptions generation = GenerationOptions.from(loaded.config().generation())
                .numBeams(1)
                .maxNewTokens(12)
                .build();
        options = new RunOptions(generation, Profile.FLORENCE4J, 3);
    }

    @AfterAll
    void close() {
        one.close();
        two.close();
        tokenizer.close();
        loaded.close();
    }

    @Test
    void twoLanesGiveTheTokensOfOneInOrder() {
        List<Answer<?>> expected = one.answers(questions(), this::visualTokens, options, TextListener.NONE);
        List<Answer<?>> answers = two.answers(questions(), this::visualTokens, options, TextListener.NONE);

        assertThat(answers).hasSize(3 * ASKED_OF_EACH);
        assertThat(ids(answers)).isDeepEqualTo(ids(expected));
        assertThat(IntStream.range(0, 3)
                        .mapToObj(i -> answers.get(i * ASKED_OF_EACH))
                        .map(Answer::text)
                        .distinct())
                .hasSizeGreaterThan(1);
    }

    @Test
    void aPictureThatBothLanesAskAboutIsComputedOnceAndFreed() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        AtomicInteger[] computed = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
        Answering.Pictures counting = picture -> {
            threads.add(Thread.currentThread());
            computed[picture].incrementAndGet();
            return visualTokens(picture);
        };
        two.answers(questions(), counting, options, TextListener.NONE);
        long handles = Handles.settled();
        two.answers(questions(), counting, options, TextListener.NONE);

        assertThat(computed).extracting(AtomicInteger::get).containsExactly(2, 2, 2);
        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(handles);
        assertThat(threads).isNotEmpty().doesNotContain(Thread.currentThread());
    }

    @Test
    void lanesShareTheThreadsAndLeaveTheirNumberAsItWas() throws InterruptedException {
        int before = Threads.count();
        List<Integer> counts = new ArrayList<>();
        two.answers(
                questions(),
                picture -> {
                    synchronized (counts) {
                        counts.add(Threads.count());
                    }
                    return visualTokens(picture);
                },
                options,
                TextListener.NONE);
        assertThat(counts).hasSize(3).containsOnly(Math.max(1, before / 2));
        assertThat(Threads.count()).isEqualTo(before);
        Thread later = new Thread(() -> counts.add(Threads.count()));
        later.start();
        later.join();
        assertThat(counts).last().isEqualTo(before);
    }

    @Test
    void oneLaneAnswersWhereSomebodyListens() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        two.answers(questions(), this::visualTokens, options, (prompt, text) -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void whatFailsTogetherIsAskedAgainAloneInItsLane() {
        AtomicInteger failures = new AtomicInteger(1);
        List<Answer<?>> answers = two.answers(
                questions(),
                picture -> {
                    if (picture == 1 && failures.getAndDecrement() > 0) {
                        throw new OutOfMemoryError("for once");
                    }
                    return visualTokens(picture);
                },
                options,
                TextListener.NONE);
        assertThat(ids(answers))
                .isDeepEqualTo(ids(one.answers(questions(), this::visualTokens, options, TextListener.NONE)));
    }

    @Test
    void aQuestionThatCannotBeComputedFailsTheCallWhenBothLanesHaveEnded() {
        assertThatThrownBy(() -> two.answers(
                        questions(),
                        picture -> {
                            if (picture == 1) {
                                throw new OutOfMemoryError("for good");
                            }
                            return visualTokens(picture);
                        },
                        options,
                        TextListener.NONE))
                .isInstanceOf(InferenceException.class);
        assertThat(lanes()).isZero();
    }

    @Test
    void anInterruptedCallerWaitsForBothLanesToEnd() throws InterruptedException {
        CountDownLatch looking = new CountDownLatch(1);
        AtomicInteger seen = new AtomicInteger();
        Set<String> outcome = ConcurrentHashMap.newKeySet();
        Thread caller = new Thread(() -> {
            try {
                two.answers(
                        questions(),
                        picture -> {
                            looking.countDown();
                            seen.incrementAndGet();
                            awaitInterruption();
                            return visualTokens(picture);
                        },
                        options,
                        TextListener.NONE);
            } catch (CancellationException e) {
                outcome.add("cancelled, lanes " + lanes() + ", interrupted "
                        + Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        looking.await();
        caller.interrupt();
        caller.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(outcome).containsExactly("cancelled, lanes 0, interrupted false");
        assertThat(seen.get()).isLessThanOrEqualTo(2);
    }

    /** Work that takes until somebody interrupts it, and goes on with the thread still interrupted. */
    private static void awaitInterruption() {
        try {
            Thread.sleep(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void noLaneIsRefused() {
        assertThatThrownBy(() -> new Answering(loaded.network(), tokenizer, processor.config(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lanes is 0; expected 1 or more");
    }

    /** Lanes that still compute: a thread of a pool may take a moment to end after its work. */
    private static long lanes() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals("florence4j-lane"))
                .filter(entry -> List.of(entry.getValue()).stream()
                        .anyMatch(frame -> frame.getClassName().equals(Inference.class.getName())))
                .count();
    }

    private Tensor visualTokens(int picture) {
        return one.visualTokens(processor.process(images.get(picture)));
    }

    /** Questions of unequal lengths, several on each picture, one picture after the other. */
    private List<Answering.Question> questions() {
        List<Answering.Question> questions = new ArrayList<>();
        for (int i = 0; i < images.size() * ASKED_OF_EACH; i++) {
            RgbImage image = images.get(i / ASKED_OF_EACH);
            Prompt prompt = Prompts.of("<DocVQA>What is" + " this".repeat(i * 5 % 7) + "?", options.profile());
            questions.add(new Answering.Question(prompt, i / ASKED_OF_EACH, image.width(), image.height()));
        }
        return questions;
    }

    private static int[][] ids(List<Answer<?>> answers) {
        return answers.stream().map(Answer::tokenIds).toArray(int[][]::new);
    }
}
