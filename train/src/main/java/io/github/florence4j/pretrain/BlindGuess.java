package io.github.florence4j.pretrain;

import io.github.florence4j.data.Entry;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.Sample;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompts;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * How well one can guess answers without the pictures: the loss of a model that knows how often a token follows the two
 * tokens before it, for each task. A network whose loss stays there has learned to write and not to read.
 */
final class BlindGuess {
    private static final int SAMPLES = 6000;
    private static final int LONGEST_CONTEXT = 2;
    private static final double CERTAINTY = 2; // tokens that a shorter context counts for

    private final int vocabulary;
    private final Map<List<Integer>, Map<Integer, Integer>> counts = new HashMap<>();

    private BlindGuess(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** The loss in nats a token, counted on five sixths of some samples and measured on the rest. */
    static double loss(IndexedSource source, Florence2Tokenizer tokenizer) throws IOException {
        BlindGuess guess = new BlindGuess(tokenizer.vocabularySize());
        long count = Math.min(SAMPLES, source.count());
        double sum = 0;
        long tokens = 0;
        for (long index = 0; index < count; index++) {
            for (Entry entry : source.read(new Pass(0, 0), LongStream.of(index).toArray())) {
                if (entry instanceof Sample sample && !sample.answers().isEmpty()) {
                    int[] answer = tokenizer.encode(sample.answers().get(0));
                    int task = task(sample, tokenizer);
                    if (index < count * 5 / 6) {
                        guess.learn(task, answer);
                    } else {
                        sum += guess.loss(task, answer);
                        tokens += answer.length;
                    }
                }
            }
        }
        return tokens == 0 ? Double.NaN : sum / tokens;
    }

    private static int task(Sample sample, Florence2Tokenizer tokenizer) {
        int[] prompt =
                tokenizer.encode(Prompts.of(sample.prompt(), Profile.FLORENCE4J).text());
        return prompt.length > 1 ? prompt[1] : 0;
    }

    private void learn(int task, int[] answer) {
        for (int i = 0; i < answer.length; i++) {
            for (int length = 0; length <= LONGEST_CONTEXT; length++) {
                counts.computeIfAbsent(context(task, answer, i, length), key -> new HashMap<>())
                        .merge(answer[i], 1, Integer::sum);
            }
        }
    }

    private double loss(int task, int[] answer) {
        double sum = 0;
        for (int i = 0; i < answer.length; i++) {
            double probability = 1.0 / vocabulary;
            for (int length = 0; length <= LONGEST_CONTEXT; length++) {
                Map<Integer, Integer> seen = counts.getOrDefault(context(task, answer, i, length), Map.of());
                double all = seen.values().stream().mapToInt(Integer::intValue).sum();
                probability = (seen.getOrDefault(answer[i], 0) + CERTAINTY * probability) / (all + CERTAINTY);
            }
            sum -= Math.log(probability);
        }
        return sum;
    }

    /** The task and up to {@code length} tokens before. */
    private static List<Integer> context(int task, int[] answer, int at, int length) {
        return switch (length) {
            case 0 -> List.of(task);
            case 1 -> List.of(task, at > 0 ? answer[at - 1] : -1);
            default -> List.of(task, at > 0 ? answer[at - 1] : -1, at > 1 ? answer[at - 2] : -1);
        };
    }
}
