package io.github.florence4j.evaluate;

import io.github.florence4j.Answer;
import io.github.florence4j.data.Example;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.text.Florence2Tokenizer;
import java.util.List;

/** What is evaluated: something that answers questions on pictures. For one thread. */
public interface Predictor {
    /**
     * A prompt on the picture of an example.
     *
     * @param example the example; its own prompt ids do not matter
     * @param prompt what is asked
     * @param width width of the original image in pixels, 1 where the task has no places and the image was not decoded
     * @param height height of the original image in pixels, 1 likewise
     */
    record Question(Example example, Prompt prompt, int width, int height) {}

    /** Called once before the questions of a run: what was kept of earlier ones may be out of date. */
    default void begin() {}

    /**
     * The answers to a batch of questions, each what its question alone would give, in order.
     *
     * @throws IllegalArgumentException when a question cannot be asked, such as one that is too long
     * @throws io.github.florence4j.InferenceException when memory or the native library fails
     */
    List<Answer<?>> predict(List<Question> questions);

    /** Whether the pixels of the image with that SHA-256 will be needed; called by several threads at once. */
    default boolean wantsPixels(String imageHash) {
        return true;
    }

    /** Tells what is too long; it stays the predictor's. */
    Florence2Tokenizer tokenizer();

    /** How images are prepared. */
    ImageProcessorConfig images();

    /** Whose rules make prompts and read answers. */
    Profile profile();
}
