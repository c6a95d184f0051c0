package io.github.florence4j;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.generation.GenerationOptions;
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
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.Tensor;

/**
 * What a network answers, computed by the calling thread: {@link Florence2} without its images, files and threads. For weights
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
        /** Visual tokens {@code (1, n, p)} of that picture; called without gradients and within a {@code PointerScope}. */
        Tensor visualTokens(int picture);
    }

    private final Florence2Config config;
    private final Florence2Tokenizer tokenizer;
    private final ImageProcessorConfig pictures;
    private final GrammarConstraint grammar;
    private final Inference inference;

    /**
     * Answers of that network.
     *
     * @param pictures the size to which images are brought, which decides how many visual tokens one has
     */
    public Answering(Florence2Network network, Florence2Tokenizer tokenizer, ImageProcessorConfig pictures) {
        this.config = network.config();
        this.tokenizer = tokenizer;
        this.pictures = pictures;
        this.grammar =
                new GrammarConstraint(TokenClass.table(tokenizer, config.text().vocabSize()), network.device());
        this.inference = new Inference(network, tokenizer, grammar, pictures.height(), pictures.width());
    }

    /** Visual tokens {@code (1, n, p)} of pixel values {@code (3, height, width)}; they belong to the caller's scope. */
    public Tensor visualTokens(float[] pixelValues) {
        return inference.visualTokens(pixelValues);
    }

    /**
     * The answers to a batch of questions, each what its question alone would give.
     *
     * @param questions they count their pictures from 0; a picture that several share is asked for once
     * @param listener hears the answers while they are being written
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
        int[][] promptIds = encode(questions);
        TokenListener tokens = listener == TextListener.NONE
                ? TokenListener.NONE
                : new TextStream(tokenizer, questions.size(), listener);
        Inference.Output output;
        try {
            output = compute(questions, promptIds, pictures, options.generation(), tokens);
        } catch (IllegalArgumentException | CancellationException e) {
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            throw InferenceException.of(e);
        }
        long start = System.nanoTime();
        List<Answer<?>> answers = parse(questions, output, options.profile());
        Timings timings =
                new Timings(0, output.visionMillis(), output.generateMillis(), (System.nanoTime() - start) / 1e6);
        return answers.stream().<Answer<?>>map(a -> Answers.timed(a, timings)).toList();
    }

    /** The ids of all prompts; refuses one that is too long. */
    int[][] encode(List<Question> questions) {
        return questions.stream().map(question -> encode(question.prompt())).toArray(int[][]::new);
    }

    private int[] encode(Prompt prompt) {
        int[] ids = tokenizer.encode(prompt.text());
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

    /** The native part. */
    Inference.Output compute(
            List<Question> questions,
            int[][] promptIds,
            Pictures pictures,
            GenerationOptions options,
            TokenListener listener) {
        int[] pictureOf = questions.stream().mapToInt(Question::picture).toArray();
        return inference.run(
                new Inference.Batch(
                        pictures,
                        pictureOf,
                        promptIds,
                        questions.stream()
                                .map(question -> question.prompt().task().parserKind())
                                .toList()),
                options,
                listener);
    }

    /** Answers without timings. */
    List<Answer<?>> parse(List<Question> questions, Inference.Output output, Profile profile) {
        List<Answer<?>> answers = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            answers.add(
                    parse(question.prompt().task(), question, output.sequences().get(i), profile));
        }
        return answers;
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
