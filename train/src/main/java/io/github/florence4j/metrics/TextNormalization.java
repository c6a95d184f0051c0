package io.github.florence4j.metrics;

import java.text.Normalizer;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** What is done to a text before it is compared. */
public enum TextNormalization {
    /** Nothing. */
    AS_IS(UnaryOperator.identity()),
    /** Unicode NFC, white space stripped at both ends and runs of it made one space; the case is kept. */
    SPACE(text -> WhiteSpace.collapse(Normalizer.normalize(text, Normalizer.Form.NFC))),
    /** Lower case, white space stripped at both ends and runs of it made one space. */
    CASE_AND_SPACE(text -> WhiteSpace.collapse(text.toLowerCase(Locale.ROOT))),
    /**
     * The rule of SQuAD's evaluate-v1.1.py: lower case, without the ASCII punctuation marks, without the articles a, an,
     * the, white space as in {@link #CASE_AND_SPACE}.
     */
    SQUAD(TextNormalization::squad);

    private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
    private static final Pattern ARTICLES = Pattern.compile("(?U)\\b(a|an|the)\\b");

    private final UnaryOperator<String> rule;

    TextNormalization(UnaryOperator<String> rule) {
        this.rule = rule;
    }

    /** The normalised text. */
    public String apply(String text) {
        return rule.apply(text);
    }

    private static String squad(String text) {
        String bare = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
        return WhiteSpace.collapse(ARTICLES.matcher(bare).replaceAll(" "));
    }
}
