package io.github.florence4j;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.generation.GrammarConstraint;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.parse.OutputParser;
import io.github.florence4j.parse.TokenClass;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Task;
import io.github.florence4j.text.Florence2Tokenizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.Tensor;

/**
 * What a network answers, computed while the calling thread waits: {@link Florence2} without its images and files. For weights
 * that are in training, and for pictures whose visual tokens are computed already.
 *
 * <p>Network and tokenizer stay the caller's. Make it outside any {@code PointerScope}; any platform thread may use it.
 */
public final class Answering implements AutoCloseable {
    /**
     * A prompt on a picture.
     *
     * @param prompt the words
     * @param picture which picture of the batch it is about
     * @param width width of the original image in pixels, at least 1: answers with places are in its pixels
     * @param height height of the original image in pixels, at least 1
     */
    public record Question(Prompt prompt, int picture, int width, int height) {}

    /** Gives the pictures of a batch, each once. */
    @FunctionalInterface
    public interface Pictures {
        /**
         * Visual tokens {@code (1, n, p)} of that picture; called in libtorch's inference mode, so that what is made must be cloned
         * outside of it before anything trains on it, and within a {@code PointerScope}, with several lanes for several
         * pictures at once.
         */
        Tensor visualTokens(int picture);
    }

    private final Florence2Config config;
    private final Florence2Tokenizer tokenizer;
    private final ImageProcessorConfig pictures;
    private final GrammarConstraint grammar;
    private final Inference inference;
    private final int lanes;

    /** Answers of that network, computed by the calling thread. */
    public Answering(Florence2Network network, Florence2Tokenizer tokenizer, ImageProcessorConfig pictures) {
        this(network, tokenizer, pictures, 1);
    }

    /**
     * Answers of that network.
     *
     * @param pictures the size to which images are brought, which decides how many visual tokens one has
     * @param lanes the most batches that are computed side by side, at least 1, and 1 for weights in training, each by a thread of its own with its share of
     *     the native threads and with memory of its own; with 1 the calling thread computes. It does not change answers in
     *     fp32; in less it decides by the clock which prompts are computed together, which can change them
     */
    public Answering(Florence2Network network, Florence2Tokenizer tokenizer, ImageProcessorConfig pictures, int lanes) {
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes is " + lanes + "; expected 1 or more");
        }
        this.lanes = lanes;
        this.config = network.config();
        this.tokenizer = tokenizer;
        this.pictures = pictures;
        this.grammar =
                new GrammarConstraint(TokenClass.table(tokenizer, config.text().vocabSize()));
        this.inference = new Inference(network, tokenizer, grammar, pictures.height(), pictures.width());
    }

    /**
     * Visual tokens {@code (1, n, p)} of pixel values {@code (3, height, width)}; they belong to the caller's scope. They are made in
     * libtorch's inference mode: clone them to train on them or to change them in place.
     */
    public Tensor visualTokens(float[] pixelValues) {
        return inference.visualTokens(pixelValues);
    }

    /**
     * The answers to a batch of questions, each what its question alone would give.
     *
     * @param questions they count their pictures from 0; a picture that several share is asked for once
     * @param listener hears the answers while they are being written; then there is one lane
     * @return one answer for each question
     * @throws IllegalArgumentException when a prompt is too long
     * @throws InferenceException when memory or the native library fails
     * @throws CancellationException when the thread is interrupted
     */
    public List<Answer<?>> answers(
            List<Question> questions, Pictures pictures, RunOptions options, TextListener listener) {
        if (questions.isEmpty()) {
            return List.of();
        }
        List<int[]> promptIds = questions.stream().map(this::encode).toList();
        TokenListener tokens = listener == TextListener.NONE ? TokenListener.NONE : new TextStream(tokenizer, listener);
        Map<Integer, Picture> seen = new LinkedHashMap<>();
        List<Computed> computed = new ArrayList<>();
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            Picture picture = seen.computeIfAbsent(
                    question.picture(), number -> new Picture(() -> pictures.visualTokens(number)));
            computed.add(new Computed(() -> {}));
            asked.add(asked(i, question, promptIds.get(i), picture, computed.get(i)));
        }
        double generate = compute(asked, seen.values(), options, tokens);
        long start = System.nanoTime();
        List<Answer<?>> answers = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            answers.add(parse(questions.get(i), computed.get(i), options.profile(), 0));
        }
        double vision = seen.values().stream().mapToDouble(Picture::millis).sum();
        Timings timings = new Timings(0, vision, generate, (System.nanoTime() - start) / 1e6);
        return answers.stream().<Answer<?>>map(a -> Answers.timed(a, timings)).toList();
    }

    /** Computes prompts whose pictures are all there; in the end those are freed. Gives milliseconds. */
    private double compute(List<Asked> asked, Collection<Picture> seen, RunOptions options, TokenListener listener) {
        int count = listener == TokenListener.NONE ? Math.min(lanes, asked.size()) : 1;
        int atOnce = Math.min(options.atOnce(), (asked.size() + count - 1) / count);
        Lanes prompts = new Lanes(asked);
        try {
            return count == 1
                    ? inference.run(prompts, atOnce, options.generation(), listener)
                    : Lanes.run(count, () -> inference.run(prompts, atOnce, options.generation(), listener));
        } finally {
            seen.forEach(Picture::close);
        }
    }

    /** A question that is ready to be computed; one more on its picture. */
    Asked asked(int number, Question question, int[] promptIds, Picture picture, Asked.Outcome outcome) {
        picture.use();
        return new Asked(number, picture, promptIds, question.prompt().task().parserKind(), outcome);
    }

    /** The ids of a prompt; refuses one that is too long. */
    int[] encode(Question question) {
        int[] ids = tokenizer.encode(question.prompt().text());
        if (ids.length > promptRoom()) {
            throw new IllegalArgumentException("the prompt has " + ids.length + " tokens; this checkpoint has room for "
                    + promptRoom() + " beside the " + visualTokens() + " of the image");
        }
        return ids;
    }

    /** The most tokens that a prompt may have. */
    int promptRoom() {
        return config.text().maxPositionEmbeddings() - visualTokens();
    }

    private int visualTokens() {
        return config.vision().visualTokens(pictures.height(), pictures.width());
    }

    /** The native part of a run; gives the milliseconds of encoder and decoder. */
    double compute(Inference.Prompts prompts, RunOptions options, TokenListener listener) {
        return inference.run(prompts, options.atOnce(), options.generation(), listener);
    }

    /** The answer to a question; see {@link Computed#sequences()} for failures. */
    Answer<?> parse(Question question, Computed computed, Profile profile, double preprocessMillis) {
        return Answers.timed(
                parse(question.prompt().task(), question, computed.sequences(), profile),
                computed.timings(preprocessMillis));
    }

    private <R> Answer<R> parse(Task<R> task, Question question, List<GeneratedSequence> sequences, Profile profile) {
        List<Answer<R>> answers = new ArrayList<>();
        for (int i = sequences.size() - 1; i >= 0; i--) {
            GeneratedSequence sequence = sequences.get(i);
            R result = task.resultOf(OutputParser.parse(
                    tokenizer,
                    sequence.ids(),
                    Answers.doubles(sequence.tokenScores()),
                    task,
                    question.width(),
                    question.height(),
                    profile));
            answers.add(
                    0,
                    new Answer<>(
                            task,
                            question.prompt(),
                            result,
                            tokenizer.decode(sequence.ids()),
                            sequence.ids(),
                            sequence.tokenScores(),
                            sequence.score(),
                            sequence.truncated(),
                            new Timings(0, 0, 0, 0),
                            i == 0 ? List.copyOf(answers) : List.of()));
        }
        return answers.get(0);
    }

    /** Frees its own memory; network and tokenizer stay open. */
    @Override
    public void close() {
        grammar.close();
    }
}
