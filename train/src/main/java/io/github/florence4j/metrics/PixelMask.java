package io.github.florence4j.metrics;

import io.github.florence4j.result.Point;
import io.github.florence4j.result.Ring;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The pixels of an image that outlines cover: those whose centres (x + 0.5, y + 0.5) lie inside one of them by the
 * even-odd rule.
 *
 * @param pixels row-major, width * height
 */
record PixelMask(BitSet pixels) {

    /** Fills the union of the rings, clipped to the image. */
    static PixelMask of(List<Ring> rings, int width, int height) {
        BitSet pixels = new BitSet(width * height);
        for (Ring ring : rings) {
            fill(ring.points(), width, height, pixels);
        }
        return new PixelMask(pixels);
    }

    int intersection(PixelMask other) {
        BitSet both = (BitSet) pixels.clone();
        both.and(other.pixels);
        return both.cardinality();
    }

    int area() {
        return pixels.cardinality();
    }

    private static void fill(List<Point> corners, int width, int height, BitSet pixels) {
        double top = corners.stream().mapToDouble(Point::y).min().orElse(0);
        double bottom = corners.stream().mapToDouble(Point::y).max().orElse(0);
        int first = (int) Math.max(0, Math.ceil(top - 0.5));
        int last = (int) Math.min(height - 1.0, Math.ceil(bottom - 0.5));
        for (int row = first; row <= last; row++) {
            double[] crossings = crossings(corners, row + 0.5);
            for (int i = 0; i + 1 < crossings.length; i += 2) {
                int from = column(crossings[i], width);
                int to = column(crossings[i + 1], width);
                pixels.set(row * width + from, row * width + to);
            }
        }
    }

    /** The first column whose centre is not left of x, 0..width. */
    private static int column(double x, int width) {
        return (int) Math.max(0, Math.min(width, Math.ceil(x - 0.5)));
    }

    /** Where the outline crosses the line at that height, ascending; an edge holds its upper end, not its lower. */
    private static double[] crossings(List<Point> corners, double y) {
        double[] found = new double[corners.size()];
        int count = 0;
        for (int i = 0; i < corners.size(); i++) {
            Point a = corners.get(i);
            Point b = corners.get((i + 1) % corners.size());
            if ((a.y() <= y) != (b.y() <= y)) {
                found[count++] = a.x() + (y - a.y()) / (b.y() - a.y()) * (b.x() - a.x());
            }
        }
        Arrays.sort(found, 0, count);
        return Arrays.copyOf(found, count);
    }
}
