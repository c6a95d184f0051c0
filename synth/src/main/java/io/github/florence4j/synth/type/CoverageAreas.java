package io.github.florence4j.synth.type;

/**
 * Sums up how much of each pixel lies to the right of directed lines. For closed outlines the sum is the area inside, which
 * is what anti-aliasing needs; no sampling is involved.
 */
final class CoverageAreas {
    private final int width;
    private final int height;
    private final int stride;
    /** How the covered area changes from one pixel of a row to the next. */
    private final double[] changes;

    CoverageAreas(int width, int height) {
        this.width = width;
        this.height = height;
        this.stride = width + 2;
        this.changes = new double[stride * height];
    }

    /** Adds a line; both ends must lie in the rectangle. */
    void line(double x1, double y1, double x2, double y2) {
        if (y1 == y2) {
            return;
        }
        double sign = y1 < y2 ? 1 : -1;
        double top = Math.min(y1, y2);
        double bottom = Math.max(y1, y2);
        double topX = y1 < y2 ? x1 : x2;
        double slope = (x2 - x1) / (y2 - y1);
        int last = Math.min(height, (int) Math.ceil(bottom));
        for (int row = (int) top; row < last; row++) {
            double from = Math.max(row, top);
            double to = Math.min(row + 1, bottom);
            double fromX = clamp(topX + (from - top) * slope);
            double toX = clamp(topX + (to - top) * slope);
            piece(row * stride, Math.min(fromX, toX), Math.max(fromX, toX), sign * (to - from));
        }
    }

    private double clamp(double x) {
        return Math.max(0, Math.min(width, x));
    }

    /** A piece within one row that goes from {@code left} to {@code right} while it covers {@code rise} of the row. */
    private void piece(int row, double left, double right, double rise) {
        int first = (int) left;
        if (right <= first + 1) {
            double middle = (left + right) / 2 - first;
            changes[row + first] += rise * (1 - middle);
            changes[row + first + 1] += rise * middle;
            return;
        }
        double perPixel = rise / (right - left);
        for (int column = first; column < right; column++) {
            double from = Math.max(left, column);
            double to = Math.min(right, column + 1);
            double part = perPixel * (to - from);
            double middle = (from + to) / 2 - column;
            changes[row + column] += part * (1 - middle);
            changes[row + column + 1] += part * middle;
        }
    }

    /** The coverage of each pixel, 0 to 255, row by row. */
    byte[] coverage() {
        byte[] coverage = new byte[width * height];
        for (int y = 0; y < height; y++) {
            double sum = 0;
            for (int x = 0; x < width; x++) {
                sum += changes[y * stride + x];
                coverage[y * width + x] = (byte) Math.round(255 * Math.min(1, Math.abs(sum)));
            }
        }
        return coverage;
    }
}
