package io.github.florence4j.data;

import java.util.List;
import java.util.Locale;

/**
 * How a source's words become prompt and answers.
 *
 * @param template the prompt; {@code {question}} stands for the question, as in {@code <DocVQA>{question}}
 * @param sentences whether question and answers are rewritten as in the Hugging Face article of June 2024: a small first
 *     letter is made capital by the rule of Python's {@code capitalize()}, which also makes all other letters small; then
 *     the question ends in "?" and the answer in "."
 */
public record TextRules(String template, boolean sentences) {
    private static final String QUESTION = "{question}";

    /** Checks that the template is not empty. */
    public TextRules {
        if (template.isBlank()) {
            throw new IllegalArgumentException(
                    "the prompt template is empty; expected something like <DocVQA>{question}");
        }
    }

    /** This template, and no rewriting. */
    public static TextRules template(String template) {
        return new TextRules(template, false);
    }

    /** The prompt of a question. */
    public String prompt(String question) {
        return template.replace(QUESTION, sentences ? sentence(question, "?") : question);
    }

    /** The answers as they are trained and compared. */
    public List<String> answers(List<String> answers) {
        return sentences ? answers.stream().map(answer -> sentence(answer, ".")).toList() : answers;
    }

    private static String sentence(String text, String end) {
        boolean small = !text.isEmpty() && Character.isLowerCase(text.codePointAt(0));
        String capital = small ? capitalize(text) : text;
        return capital.endsWith(end) ? capital : capital + end;
    }

    /** Python's {@code str.capitalize()}: the first character in title case, all others in lower case. */
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int end = text.offsetByCodePoints(0, 1);
        String first = text.substring(0, end);
        // lowered as a whole, because the small form of a letter may depend on the one before it
        String rest = text.toLowerCase(Locale.ROOT)
                .substring(first.toLowerCase(Locale.ROOT).length());
        return title(first) + rest;
    }

    private static String title(String character) {
        int simple = Character.toTitleCase(character.codePointAt(0));
        if (simple != character.codePointAt(0)) {
            return Character.toString(simple);
        }
        String upper = character.toUpperCase(Locale.ROOT);
        int end = upper.offsetByCodePoints(0, 1);
        return upper.substring(0, end) + upper.substring(end).toLowerCase(Locale.ROOT);
    }
}
