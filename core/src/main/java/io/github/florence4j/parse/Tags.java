package io.github.florence4j.parse;

import java.util.ArrayList;
import java.util.List;

/** Finds location and polygon tags in a text (specification 7.2). */
final class Tags {
    static final String LOC_PREFIX = "<loc_";
    static final String SEP = "<sep>";
    static final String POLY_OPEN = "<poly>";
    static final String POLY_CLOSE = "</poly>";

    private static final String[] LABEL_STOPS = {
        "<od>", "</od>", "<box>", "</box>", "<bbox>", "</bbox>", LOC_PREFIX,
    };

    private Tags() {}

    /** A location token: its place in the text and its bin, which may exceed 999. */
    record Loc(int start, int end, float bin) {}

    /** An unbroken sequence of {@code count} tags that ends at {@code end}. */
    record Run(int count, int end) {}

    /** The end of the location token at {@code at}, or -1. Digits of every script count, as in the reference. */
    static int locEnd(String text, int at) {
        if (!text.startsWith(LOC_PREFIX, at)) {
            return -1;
        }
        int end = digitsEnd(text, at + LOC_PREFIX.length());
        boolean closed = end > at + LOC_PREFIX.length() && end < text.length() && text.charAt(end) == '>';
        return closed ? end + 1 : -1;
    }

    /** The end of the digits at {@code at}. */
    static int digitsEnd(String text, int at) {
        int end = at;
        while (end < text.length() && Character.isDigit(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    /** The unbroken sequence of location tokens, and of polygon tags if wanted, at {@code at}. */
    static Run run(String text, int at, boolean polygonTags) {
        int count = 0;
        int end = at;
        int next = tagEnd(text, end, polygonTags);
        while (next >= 0) {
            end = next;
            count++;
            next = tagEnd(text, end, polygonTags);
        }
        return new Run(count, end);
    }

    /** All location tokens from {@code start} to {@code end}. */
    static List<Loc> locs(String text, int start, int end) {
        List<Loc> found = new ArrayList<>();
        int at = text.indexOf('<', start);
        while (at >= 0 && at < end) {
            int next = locEnd(text, at);
            if (next >= 0 && next <= end) {
                found.add(new Loc(at, next, bin(text, at)));
            }
            at = text.indexOf('<', next >= 0 ? next : at + 1);
        }
        return found;
    }

    /** Whether a label ends at {@code at}. */
    static boolean stopsLabel(String text, int at, boolean polygonTags) {
        if (text.charAt(at) != '<') {
            return false;
        }
        for (String stop : LABEL_STOPS) {
            if (text.startsWith(stop, at)) {
                return true;
            }
        }
        return polygonTags && text.startsWith(POLY_OPEN, at);
    }

    private static int tagEnd(String text, int at, boolean polygonTags) {
        int end = locEnd(text, at);
        if (end >= 0 || !polygonTags) {
            return end;
        }
        for (String tag : new String[] {SEP, POLY_OPEN, POLY_CLOSE}) {
            if (text.startsWith(tag, at)) {
                return at + tag.length();
            }
        }
        return -1;
    }

    private static float bin(String text, int at) {
        float bin = 0;
        int i = at + LOC_PREFIX.length();
        while (text.charAt(i) != '>') {
            int digit = text.codePointAt(i);
            bin = Math.min(10 * bin + Character.digit(digit, 10), Integer.MAX_VALUE);
            i += Character.charCount(digit);
        }
        return bin;
    }
}
