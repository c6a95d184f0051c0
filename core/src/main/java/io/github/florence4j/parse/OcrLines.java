package io.github.florence4j.parse;

import io.github.florence4j.parse.Tags.Loc;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds lines of text with a quad behind them (specification 7.4): leftmost first, the shortest run of characters within
 * one line that eight location tokens follow directly.
 */
final class OcrLines {
    private static final int QUAD = 8;

    private OcrLines() {}

    /** A label and the eight location tokens behind it. */
    record Line(Range label, List<Loc> quad) {}

    static List<Line> of(String text) {
        List<Loc> locs = Tags.locs(text, 0, text.length());
        List<Line> lines = new ArrayList<>();
        int start = 0;
        for (int first = 0; first + QUAD <= locs.size(); first++) {
            int quad = locs.get(first).start();
            if (quad <= start || !isUnbroken(locs, first)) {
                continue;
            }
            int lineStart = lineStart(text, start, quad);
            if (lineStart == quad) {
                start = lineStart;
                continue;
            }
            List<Loc> corners = locs.subList(first, first + QUAD);
            lines.add(new Line(new Range(lineStart, quad), corners));
            start = corners.get(QUAD - 1).end();
            first += QUAD - 1;
        }
        return lines;
    }

    private static int lineStart(String text, int from, int to) {
        int at = to;
        while (at > from && text.charAt(at - 1) != '\n') {
            at--;
        }
        return at;
    }

    private static boolean isUnbroken(List<Loc> locs, int first) {
        for (int i = first; i < first + QUAD - 1; i++) {
            if (locs.get(i).end() != locs.get(i + 1).start()) {
                return false;
            }
        }
        return true;
    }
}
