package io.github.florence4j.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One example for training or evaluation: an image, a prompt and what is to be answered.
 *
 * @param id what the data calls it: a question id, an image id, or file and line
 * @param image the picture, not yet read where it is a file
 * @param prompt the task token and its input, as {@code io.github.florence4j.task.Prompts.of} takes it
 * @param answers the accepted answers, the first being the principal one; empty where the data has none (test splits)
 * @param tags what the data says about the question, such as DocVQA's {@code question_types}; may be empty
 * @param boxes what is truly there, where the data says more about it than the answers; else null
 */
public record Sample(
        String id, ImageRef image, String prompt, List<String> answers, List<String> tags, @Nullable TrueBoxes boxes)
        implements Entry {
    /** Copies the lists. */
    public Sample {
        answers = List.copyOf(answers);
        tags = List.copyOf(tags);
    }

    /** A sample whose answers say it all. */
    public Sample(String id, ImageRef image, String prompt, List<String> answers, List<String> tags) {
        this(id, image, prompt, answers, tags, null);
    }

    /** A sample without tags. */
    public Sample(String id, ImageRef image, String prompt, List<String> answers) {
        this(id, image, prompt, answers, List.of());
    }

    /** This sample under another id. */
    public Sample withId(String newId) {
        return new Sample(newId, image, prompt, answers, tags, boxes);
    }
}
