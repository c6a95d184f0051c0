package io.github.florence4j.parse;

import org.jspecify.annotations.Nullable;

/** Words of a label, gathered across tags that mean nothing, with their place in the text. */
final class Phrase {
    private final String text;
    private final StringBuilder words = new StringBuilder();
    private int start = -1;
    private int end = -1;
    private @Nullable String label;
    private @Nullable Range range;

    Phrase(String text) {
        this.text = text;
    }

    void add(int from, int to) {
        if (start < 0) {
            start = from;
        }
        words.append(text, from, to);
        end = to;
        forget();
    }

    void clear() {
        words.setLength(0);
        start = -1;
        forget();
    }

    /** The words, trimmed. Worked out once, however many items share it. */
    String label() {
        if (label == null) {
            String all = words.toString();
            label = new Range(0, all.length()).trimmed(all).of(all);
        }
        return label;
    }

    /** Where the words are; an empty range at {@code otherwise} if there are none. */
    Range range(int otherwise) {
        if (start < 0) {
            return new Range(otherwise, otherwise);
        }
        if (range == null) {
            range = new Range(start, end).trimmed(text);
        }
        return range;
    }

    private void forget() {
        label = null;
        range = null;
    }
}
