package io.github.florence4j.evaluate;

import io.github.florence4j.data.Sample;
import io.github.florence4j.data.TrueBoxes;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One sample with the model's answer.
 *
 * @param index the number of the record in the source that was evaluated, by which it can be read again
 * @param id what the data calls it
 * @param image what the data calls the picture
 * @param imageHash SHA-256 of the picture's file
 * @param width width of the picture in pixels; 1 where it was not decoded, and then the task has no places
 * @param height height of the picture in pixels, 1 likewise
 * @param question the data's own prompt
 * @param prompt what the model was given
 * @param answers the accepted answers as the data has them; may be none
 * @param tags what the data says about the question
 * @param prediction what the model answered; nothing of it where it failed
 * @param truth the first accepted answer, read as the model's is; null where the data has none
 * @param boxes the true boxes as the data has them; null where the answers say it all
 * @param confidence geometric mean of the probabilities of the answer's tokens, 0..1
 * @param truncated whether the token limit cut the answer short
 * @param error why the model could not answer, one sentence; empty where it did. Such a sample is scored as an empty answer
 */
public record SampleResult(
        long index,
        String id,
        String image,
        String imageHash,
        int width,
        int height,
        String question,
        Prompt prompt,
        List<String> answers,
        List<String> tags,
        TaskResult prediction,
        @Nullable TaskResult truth,
        @Nullable TrueBoxes boxes,
        double confidence,
        boolean truncated,
        String error) {
    /** Copies the lists. */
    public SampleResult {
        answers = List.copyOf(answers);
        tags = List.copyOf(tags);
    }

    static SampleResult of(
            Predictor.Question asked,
            TaskResult prediction,
            double confidence,
            boolean truncated,
            String error,
            Profile profile) {
        Sample sample = asked.example().sample();
        Task<?> task = asked.prompt().task();
        TaskResult truth = sample.answers().isEmpty()
                ? null
                : Results.read(sample.answers().get(0), task, asked.width(), asked.height(), profile);
        return new SampleResult(
                asked.example().index(),
                sample.id(),
                sample.image().name(),
                asked.example().imageHash(),
                asked.width(),
                asked.height(),
                sample.prompt(),
                asked.prompt(),
                sample.answers(),
                sample.tags(),
                prediction,
                truth,
                sample.boxes(),
                confidence,
                truncated,
                error);
    }

    /** The prediction in words: the text, the lines of OCR, or the labels. */
    public String text() {
        return Results.text(prediction);
    }

    /** Whether the model could not answer. */
    public boolean failed() {
        return !error.isEmpty();
    }
}
