package io.github.florence4j.evaluate;

import io.github.florence4j.data.Sample;
import io.github.florence4j.text.LocationQuantizer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is asked instead of the data's own prompts: a text in which <code>{question}</code> stands for the question of a sample,
 * which is its prompt without the task token at the beginning.
 *
 * @param text the text; empty for the data's own prompts
 */
public record PromptTemplate(String text) {
    /** The prompts of the data. */
    public static final PromptTemplate OF_THE_DATA = new PromptTemplate("");

    private static final String QUESTION = "{question}";
    private static final Pattern TASK_TOKEN = Pattern.compile("\\s*<[A-Za-z][A-Za-z_ -]*>");
    private static final String WHOLE_PAGE =
            LocationQuantizer.tokens(0, 0, LocationQuantizer.BINS - 1, LocationQuantizer.BINS - 1);

    /**
     * What the article on fine-tuning Florence-2 put to a model that was never trained on documents: a task of one's own, a task
     * called VQA, and the description of the whole page as a region, followed by the question.
     */
    public static final List<PromptTemplate> ZERO_SHOT = List.of(
            new PromptTemplate("<DocVQA>" + QUESTION),
            new PromptTemplate("<VQA>" + QUESTION),
            new PromptTemplate("<REGION_TO_DESCRIPTION>" + WHOLE_PAGE + QUESTION));

    /** Whether the data's own prompts are meant. */
    public boolean isOfTheData() {
        return text.isEmpty();
    }

    /** Whether the question of a sample matters to what is asked. */
    public boolean asksTheQuestion() {
        return isOfTheData() || text.contains(QUESTION);
    }

    /** The prompt for a sample, as {@code io.github.florence4j.task.Prompts.of} takes it. */
    public String on(Sample sample) {
        return isOfTheData() ? sample.prompt() : text.replace(QUESTION, question(sample.prompt()));
    }

    /** Whether the prompt of a sample is more than a task token. */
    public static boolean hasQuestion(Sample sample) {
        return !question(sample.prompt()).isEmpty();
    }

    /** A prompt without its task token. */
    static String question(String prompt) {
        Matcher token = TASK_TOKEN.matcher(prompt);
        return (token.lookingAt() ? prompt.substring(token.end()) : prompt).strip();
    }

    /** The text, or {@code (data)}. */
    @Override
    public String toString() {
        return isOfTheData() ? "(data)" : text;
    }
}
