package io.github.florence4j.synth.type;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.FlatteningPathIterator;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;

/**
 * How far each pixel of a small rectangle is covered with ink: exact areas, 0 to 255, trimmed to the pixels that have ink.
 *
 * @param left column of the first pixel, from the origin of the shape
 * @param top row of the first pixel, negative above the origin
 * @param width columns; 0 for a shape without ink
 * @param height rows; 0 for a shape without ink
 * @param coverage unsigned, row by row; nobody writes to it
 */
public record GlyphBitmap(int left, int top, int width, int height, byte[] coverage) {
    private static final GlyphBitmap EMPTY = new GlyphBitmap(0, 0, 0, 0, new byte[0]);
    private static final double FLATNESS = 0.05;
    private static final int CURVE_HALVINGS = 8;

    /** Fills a closed shape: what it winds around once is covered. */
    public static GlyphBitmap fill(Shape shape, AffineTransform place) {
        Rectangle2D bounds = place.createTransformedShape(shape).getBounds2D();
        if (bounds.isEmpty()) {
            return EMPTY;
        }
        int left = (int) Math.floor(bounds.getMinX());
        int top = (int) Math.floor(bounds.getMinY());
        int width = (int) Math.ceil(bounds.getMaxX()) - left;
        int height = (int) Math.ceil(bounds.getMaxY()) - top;
        CoverageAreas areas = new CoverageAreas(width, height);
        double[] point = new double[6];
        double startX = 0;
        double startY = 0;
        double x = 0;
        double y = 0;
        PathIterator path = new FlatteningPathIterator(shape.getPathIterator(place), FLATNESS, CURVE_HALVINGS);
        for (; !path.isDone(); path.next()) {
            int kind = path.currentSegment(point);
            boolean moves = kind == PathIterator.SEG_MOVETO;
            double nextX = moves || kind == PathIterator.SEG_LINETO ? point[0] - left : startX;
            double nextY = moves || kind == PathIterator.SEG_LINETO ? point[1] - top : startY;
            if (moves) {
                areas.line(x, y, startX, startY);
                startX = nextX;
                startY = nextY;
            } else {
                areas.line(x, y, nextX, nextY);
            }
            x = nextX;
            y = nextY;
        }
        areas.line(x, y, startX, startY);
        return trimmed(left, top, width, height, areas.coverage());
    }

    private static GlyphBitmap trimmed(int left, int top, int width, int height, byte[] coverage) {
        int x1 = width;
        int y1 = height;
        int x2 = 0;
        int y2 = 0;
        for (int i = 0; i < coverage.length; i++) {
            if (coverage[i] != 0) {
                int x = i % width;
                int y = i / width;
                x1 = Math.min(x1, x);
                x2 = Math.max(x2, x + 1);
                y1 = Math.min(y1, y);
                y2 = Math.max(y2, y + 1);
            }
        }
        if (x1 >= x2) {
            return EMPTY;
        }
        byte[] inner = new byte[(x2 - x1) * (y2 - y1)];
        for (int y = y1; y < y2; y++) {
            System.arraycopy(coverage, y * width + x1, inner, (y - y1) * (x2 - x1), x2 - x1);
        }
        return new GlyphBitmap(left + x1, top + y1, x2 - x1, y2 - y1, inner);
    }
}
