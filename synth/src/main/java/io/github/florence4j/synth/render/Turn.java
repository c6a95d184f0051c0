package io.github.florence4j.synth.render;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import io.github.florence4j.synth.page.Raster;

/** Turns pages, and places on them, clockwise around their middle. */
final class Turn {
    /** Bits after the point of places: enough for pages of 16,000 pixels. */
    private static final int FRACTION = 17;

    private final double middleX;
    private final double middleY;
    private final double sine;
    private final double cosine;

    Turn(double angle, int width, int height) {
        this.middleX = width / 2.0;
        this.middleY = height / 2.0;
        this.sine = StrictMath.sin(angle);
        this.cosine = StrictMath.cos(angle);
    }

    private Point point(double x, double y) {
        double dx = x - middleX;
        double dy = y - middleY;
        return new Point(middleX + cosine * dx - sine * dy, middleY + sine * dx + cosine * dy);
    }

    Quad quad(Box box) {
        return new Quad(
                point(box.x1(), box.y1()),
                point(box.x2(), box.y1()),
                point(box.x2(), box.y2()),
                point(box.x1(), box.y2()));
    }

    /** The upright box around a turned one. */
    Box box(Box box) {
        return sine == 0 ? box : around(quad(box));
    }

    static Box around(Quad quad) {
        double x1 = Double.POSITIVE_INFINITY;
        double y1 = Double.POSITIVE_INFINITY;
        double x2 = Double.NEGATIVE_INFINITY;
        double y2 = Double.NEGATIVE_INFINITY;
        for (Point point : quad.points()) {
            x1 = Math.min(x1, point.x());
            y1 = Math.min(y1, point.y());
            x2 = Math.max(x2, point.x());
            y2 = Math.max(y2, point.y());
        }
        return new Box(x1, y1, x2, y2);
    }

    /** The turned page, sampled bilinearly; beyond the edges the outermost pixels go on. */
    Raster raster(Raster page) {
        if (sine == 0) {
            return page;
        }
        int width = page.width();
        int height = page.height();
        int channels = page.channels();
        byte[] from = page.bytes();
        byte[] to = new byte[from.length];
        int right = width > 1 ? channels : 0;
        int down = height > 1 ? width * channels : 0;
        int stepX = (int) Math.round(cosine * (1 << FRACTION));
        int stepY = (int) Math.round(-sine * (1 << FRACTION));
        int lastX = width - 1 << FRACTION;
        int lastY = height - 1 << FRACTION;
        int at = 0;
        for (int y = 0; y < height; y++) {
            double dx = 0.5 - middleX;
            double dy = y + 0.5 - middleY;
            int sourceX = (int) Math.round((middleX + cosine * dx + sine * dy - 0.5) * (1 << FRACTION));
            int sourceY = (int) Math.round((middleY - sine * dx + cosine * dy - 0.5) * (1 << FRACTION));
            for (int x = 0; x < width; x++, sourceX += stepX, sourceY += stepY) {
                int insideX = Math.max(0, Math.min(lastX, sourceX));
                int insideY = Math.max(0, Math.min(lastY, sourceY));
                int left = Math.min(insideX >> FRACTION, Math.max(0, width - 2));
                int top = Math.min(insideY >> FRACTION, Math.max(0, height - 2));
                int partX = insideX - (left << FRACTION) >> FRACTION - 8;
                int partY = insideY - (top << FRACTION) >> FRACTION - 8;
                int corner = (top * width + left) * channels;
                for (int c = 0; c < channels; c++, corner++) {
                    int upper = (256 - partX) * (from[corner] & 0xFF) + partX * (from[corner + right] & 0xFF);
                    int lower =
                            (256 - partX) * (from[corner + down] & 0xFF) + partX * (from[corner + down + right] & 0xFF);
                    to[at++] = (byte) (((256 - partY) * upper + partY * lower + (1 << 15)) >> 16);
                }
            }
        }
        return new Raster(width, height, channels, to);
    }
}
