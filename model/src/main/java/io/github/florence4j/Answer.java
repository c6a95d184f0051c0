package io.github.florence4j;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Task;
import java.util.List;

/**
 * What the model answered to one prompt on one image.
 *
 * @param task the task
 * @param prompt the words that the model was given
 * @param result the answer as the task's type
 * @param text the answer as it was written, special tokens included
 * @param tokenIds the whole sequence from the start token on
 * @param tokenScores log-probability of every token after the start token; forced tokens have 0
 * @param score the log-probability of the sequence, divided by its length to the power of the length penalty; 0 is
 *     certainty (reference: {@code sequences_scores})
 * @param truncated whether the token limit cut the answer short
 * @param timings where the time of the batch went
 * @param alternatives further answers to the same prompt, when several were asked for: best first, or in the
 *     order of drawing when sampling
 * @param <R> the type of the result
 */
public record Answer<R>(
        Task<R> task,
        Prompt prompt,
        R result,
        String text,
        int[] tokenIds,
        float[] tokenScores,
        float score,
        boolean truncated,
        Timings timings,
        List<Answer<R>> alternatives) {

    /** Copies the list. */
    public Answer {
        alternatives = List.copyOf(alternatives);
    }

    /** The geometric mean of the probabilities of the answer's tokens, 0 to 1: a confidence comparable between lengths. */
    public double confidence() {
        double sum = 0;
        for (float tokenScore : tokenScores) {
            sum += tokenScore;
        }
        return tokenScores.length == 0 ? 1 : Math.exp(sum / tokenScores.length);
    }

    /** The result under the task's token, as the reference processors give it: {@code {"<OD>": {"bboxes": …}}}. */
    public ObjectNode toJson() {
        return task.wrap(result).toJson(task.token());
    }
}
