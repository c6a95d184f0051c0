package io.github.florence4j.parse;

import io.github.florence4j.text.UnicodeSpace;

/** A part of a text, from {@code start} to {@code end}, exclusive. */
record Range(int start, int end) {

    String of(String text) {
        return text.substring(start, end);
    }

    /** The part without white space at both ends; empty at the old start if nothing else is there. */
    Range trimmed(String text) {
        int first = start;
        int last = end;
        while (first < last && UnicodeSpace.isSpace(text.charAt(first))) {
            first++;
        }
        while (last > first && UnicodeSpace.isSpace(text.charAt(last - 1))) {
            last--;
        }
        return first == last ? new Range(start, start) : new Range(first, last);
    }
}
