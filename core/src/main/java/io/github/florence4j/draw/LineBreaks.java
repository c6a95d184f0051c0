package io.github.florence4j.draw;

import io.github.florence4j.draw.Lettering.Lettered;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Breaks a text into lines of a given width, between words where it can, and ends with an ellipsis what is too long. */
final class LineBreaks {
    private static final String ELLIPSIS = "...";

    private final Lettered lettered;
    private final double width;
    private final int mostLines;
    private final List<String> lines = new ArrayList<>();

    private LineBreaks(Lettered lettered, double width, int mostLines) {
        this.lettered = lettered;
        this.width = width;
        this.mostLines = mostLines;
    }

    /** Lines that are not wider than {@code width} pixels; none if not even an ellipsis is so narrow. */
    static List<String> of(Lettered lettered, double width, int mostLines) {
        if (lettered.text().isBlank() || lettered.widthOf(ELLIPSIS) > width) {
            return List.of();
        }
        LineBreaks breaks = new LineBreaks(lettered, width, mostLines);
        for (String paragraph : lettered.text().strip().split("\n", -1)) {
            if (!breaks.paragraph(paragraph)) {
                break;
            }
        }
        return breaks.lines;
    }

    /** Returns whether there is room for more. */
    private boolean paragraph(String text) {
        BreakIterator words = BreakIterator.getLineInstance(Locale.ROOT);
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        words.setText(text);
        characters.setText(text);
        int from = 0;
        do {
            int end = fitting(text, from, words);
            if (end == from && from < text.length()) {
                end = Math.max(fitting(text, from, characters), characters.following(from));
            }
            if (lines.size() == mostLines) {
                elideLast();
                return false;
            }
            lines.add(text.substring(from, end).strip());
            from = end;
        } while (from < text.length());
        return true;
    }

    /** The last break up to which the text fits into the line. */
    private int fitting(String text, int from, BreakIterator breaks) {
        int end = from;
        while (end < text.length()) {
            int next = breaks.following(end);
            if (lettered.widthOf(text.substring(from, next).stripTrailing()) > width) {
                break;
            }
            end = next;
        }
        return end;
    }

    private void elideLast() {
        String line = lines.remove(lines.size() - 1);
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(line);
        int end = line.length();
        while (end > 0 && lettered.widthOf(line.substring(0, end) + ELLIPSIS) > width) {
            end = characters.preceding(end);
        }
        lines.add(line.substring(0, end).strip() + ELLIPSIS);
    }
}
