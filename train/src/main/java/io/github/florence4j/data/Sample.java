package io.github.florence4j.data;

import java.util.List;

/**
 * One example for training or evaluation: an image, a prompt and what is to be answered.
 *
 * @param id what the data calls it: a question id, an image id, or file and line
 * @param image the picture, not yet read where it is a file
 * @param prompt the task token and its input, as {@code io.github.florence4j.task.Prompts.of} takes it
 * @param answers the accepted answers, the first being the principal one; empty where the data has none (test splits)
 * @param tags what the data says about the question, such as DocVQA's {@code question_types}; may be empty
 */
public record Sample(String id, ImageRef image, String prompt, List<String> answers, List<String> tags)
        implements Entry {
    /** Copies the lists. */
    public Sample {
        answers = List.copyOf(answers);
        tags = List.copyOf(tags);
    }

    /** A sample without tags. */
    public Sample(String id, ImageRef image, String prompt, List<String> answers) {
        this(id, image, prompt, answers, List.of());
    }

    /** This sample under another id. */
    public Sample withId(String newId) {
        return new Sample(newId, image, prompt, answers, tags);
    }
}
