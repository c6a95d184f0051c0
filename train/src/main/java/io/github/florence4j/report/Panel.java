package io.github.florence4j.report;

import io.github.florence4j.report.Canvas.Anchor;
import io.github.florence4j.report.Canvas.Point;
import java.util.List;

/** One pair of axes in a chart with its heading and legend, and the way from numbers to pixels. */
final class Panel {
    static final int INK = 0x24292F;
    static final int FAINT = 0x6A737D;
    private static final int GRID = 0xE6E9ED;
    private static final int TEXT = 13;
    private static final int HEADING = 16;
    private static final int LEFT = 74;
    private static final int RIGHT = 30;
    private static final int TOP = 36;
    private static final int BOTTOM = 48;
    private static final int SWATCH = 22;
    private static final int GAP = 20;
    private static final int RIM = 4;

    /** What a colour stands for. */
    record Key(String name, int colour, double opacity, Swatch swatch) {}

    /** How a legend shows it. */
    enum Swatch {
        LINE,
        DASHES,
        BAND
    }

    private final Canvas canvas;
    private final double left;
    private final double top;
    private final double width;
    private final double height;
    private final Axis across;
    private final Axis up;

    /** A panel in a rectangle that also holds its heading and labels. */
    Panel(Canvas canvas, double x, double y, double width, double height, Axis across, Axis up) {
        this.canvas = canvas;
        this.left = x + LEFT;
        this.top = y + TOP;
        this.width = width - LEFT - RIGHT;
        this.height = height - TOP - BOTTOM;
        this.across = across;
        this.up = up;
    }

    /** How many pixels the plot is wide. */
    double plotWidth() {
        return width;
    }

    /** Where a pair of numbers lies. */
    Point at(double x, double y) {
        return new Point(left + across.position(x) * width, top + (1 - up.position(y)) * height);
    }

    /** Draws grid, labels, heading and legend. */
    void frame(String heading, String below, List<Key> legend) {
        for (double tick : up.ticks()) {
            Point start = at(across.low(), tick);
            canvas.line(List.of(start, new Point(left + width, start.y())), GRID, 1, 1);
            canvas.text(new Point(left - 10, start.y() + 4.5), up.label(tick), TEXT, false, INK, Anchor.END);
        }
        for (double tick : across.ticks()) {
            Point start = at(tick, up.low());
            canvas.line(List.of(start, new Point(start.x(), top)), GRID, 1, 1);
            canvas.text(new Point(start.x(), top + height + 19), across.label(tick), TEXT, false, INK, Anchor.MIDDLE);
        }
        canvas.line(
                List.of(new Point(left, top), new Point(left, top + height), new Point(left + width, top + height)),
                INK,
                1,
                1.2);
        canvas.text(new Point(left + width / 2, top + height + 40), below, TEXT, false, FAINT, Anchor.MIDDLE);
        canvas.text(new Point(left, top - 13), heading, HEADING, true, INK, Anchor.START);
        legend(legend);
    }

    private void legend(List<Key> legend) {
        double x = left + width;
        for (int i = legend.size() - 1; i >= 0; i--) {
            Key key = legend.get(i);
            x -= Canvas.width(key.name(), TEXT);
            canvas.text(new Point(x, top - 13), key.name(), TEXT, false, INK, Anchor.START);
            x -= SWATCH + 6;
            swatch(key, new Point(x, top - 17.5), new Point(x + SWATCH, top - 17.5));
            x -= GAP;
        }
    }

    private void swatch(Key key, Point from, Point to) {
        switch (key.swatch()) {
            case LINE -> canvas.line(List.of(from, to), key.colour(), key.opacity(), 3);
            case DASHES -> canvas.dashes(from, to, key.colour());
            case BAND -> canvas.box(from.x(), from.y() - 5.5, SWATCH, 11, key.colour(), key.opacity(), "");
        }
    }

    /** Draws with everything outside the axes left out, but for half a line's width. */
    void inside(Runnable drawing) {
        canvas.clipped(left - RIM, top - RIM, width + 2 * RIM, height + 2 * RIM, drawing);
    }

    /** A dashed line from bottom to top. */
    void upright(double x, int colour) {
        canvas.dashes(at(x, up.low()), at(x, up.high()), colour);
    }

    /** Says in the middle that there is nothing to draw. */
    void empty(String sentence) {
        canvas.text(new Point(left + width / 2, top + height / 2), sentence, HEADING, false, FAINT, Anchor.MIDDLE);
    }
}
