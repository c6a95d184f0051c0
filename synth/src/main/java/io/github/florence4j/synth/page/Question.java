package io.github.florence4j.synth.page;

import java.util.List;

/**
 * A question about a page, as in DocVQA.
 *
 * @param text with a question mark
 * @param types DocVQA's question types: {@code form}, {@code table/list}, {@code layout}, {@code free_text},
 *     {@code handwritten}, {@code others}, {@code Yes/No}
 * @param answers accepted answers; the first stands on the page letter for letter, unless things had to be counted
 */
public record Question(String text, List<String> types, List<String> answers) {
    /** Of a field's value. */
    public static final String FORM = "form";
    /** Of a row or an item. */
    public static final String TABLE = "table/list";
    /** Of a place on the page. */
    public static final String LAYOUT = "layout";
    /** Of running text. */
    public static final String FREE_TEXT = "free_text";
    /** Of something written by hand. */
    public static final String HANDWRITTEN = "handwritten";
    /** Of the number of things. */
    public static final String OTHERS = "others";

    /** Copies the lists. */
    public Question {
        types = List.copyOf(types);
        answers = List.copyOf(answers);
    }
}
