package io.github.florence4j.report;

import java.util.List;

/** What a chart is drawn on, in pixels from the upper left corner. Colours are {@code 0xRRGGBB}. */
interface Canvas {

    /** Where the given point of a text lies in it. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** A point. */
    record Point(double x, double y) {}

    /** A line through points, or a dot for a single one. */
    void line(List<Point> points, int colour, double opacity, double width);

    /** A dashed line. */
    void dashes(Point from, Point to, int colour);

    /** A filled outline. */
    void area(List<Point> outline, int colour, double opacity);

    /** A filled rectangle; the hint is shown for the mouse where the format can. */
    void box(double x, double y, double width, double height, int colour, double opacity, String hint);

    /** A filled circle with a white rim. */
    void dot(Point centre, double radius, int colour, String hint);

    /** A circle. */
    void ring(Point centre, double radius, int colour);

    /** Text on its base line. */
    void text(Point at, String text, int size, boolean bold, int colour, Anchor anchor);

    /** Draws with everything outside a rectangle left out. */
    void clipped(double x, double y, double width, double height, Runnable drawing);

    /** About how wide a text is, after the letters of DejaVu Sans: no font is at hand when an SVG is written. */
    static double width(String text, int size) {
        return size * text.codePoints().mapToDouble(Canvas::letterWidth).sum();
    }

    /** As much of a text as fits. */
    static String fitted(String text, int size, double width) {
        String cut = text;
        while (!cut.isEmpty() && width(cut, size) > width) {
            int kept = cut.endsWith("…") ? cut.length() - 1 : cut.length();
            cut = kept == 0 ? "" : cut.substring(0, cut.offsetByCodePoints(kept, -1)) + "…";
        }
        return cut;
    }

    private static double letterWidth(int letter) {
        if ("ijlI".indexOf(letter) >= 0) {
            return 0.29;
        }
        if (" .,:;'|!()[]ftr".indexOf(letter) >= 0) {
            return 0.37;
        }
        return "mwMW%@".indexOf(letter) >= 0 ? 0.93 : 0.62;
    }
}
