package io.github.florence4j.parse;

import java.util.Arrays;

/**
 * A text with tags taken out, and the way back to the text it was. Tags are deleted one kind after the other, as the
 * reference does, so that a deletion may bring a later kind of tag into being.
 */
final class Clean {
    private final String text;
    private final int[] origins;

    private Clean(String text, int[] origins) {
        this.text = text;
        this.origins = origins;
    }

    static Clean without(String raw, String... tags) {
        int[] origins = new int[raw.length()];
        Arrays.setAll(origins, i -> i);
        Clean clean = new Clean(raw, origins);
        for (String tag : tags) {
            clean = clean.deleting(tag);
        }
        return clean;
    }

    String text() {
        return text;
    }

    /** The span of an item in the text before deletion. */
    ItemSpan span(Range label, Range coords) {
        Range from = original(label);
        Range to = original(coords);
        return new ItemSpan(from.start(), from.end(), to.start(), to.end());
    }

    private Range original(Range range) {
        if (range.start() == range.end()) {
            int at = range.start() < origins.length ? origins[range.start()] : 0;
            return new Range(at, at);
        }
        return new Range(origins[range.start()], origins[range.end() - 1] + 1);
    }

    private Clean deleting(String tag) {
        int found = text.indexOf(tag);
        if (found < 0) {
            return this;
        }
        StringBuilder kept = new StringBuilder(text.length());
        int[] keptOrigins = new int[text.length()];
        int from = 0;
        while (found >= 0) {
            System.arraycopy(origins, from, keptOrigins, kept.length(), found - from);
            kept.append(text, from, found);
            from = found + tag.length();
            found = text.indexOf(tag, from);
        }
        System.arraycopy(origins, from, keptOrigins, kept.length(), text.length() - from);
        kept.append(text, from, text.length());
        return new Clean(kept.toString(), Arrays.copyOf(keptOrigins, kept.length()));
    }
}
