package io.github.florence4j.synth.render;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import io.github.florence4j.synth.page.Raster;

/** Turns pages, and places on them, clockwise around their middle. */
final class Turn {
    /** Bits after the point of places: enough for pages of 16,000 pixels. */
    private static final int FRACTION = 17;

    private static final int ONE = 1 << FRACTION;

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
        int stepX = (int) Math.round(cosine * ONE);
        int stepY = (int) Math.round(-sine * ONE);
        Raster turned = new Raster(width, height, page.channels(), new byte[page.bytes().length]);
        for (int y = 0; y < height; y++) {
            double dx = 0.5 - middleX;
            double dy = y + 0.5 - middleY;
            int startX = (int) Math.round((middleX + cosine * dx + sine * dy - 0.5) * ONE);
            int startY = (int) Math.round((middleY - sine * dx + cosine * dy - 0.5) * ONE);
            int from = 0;
            int to = width;
            while (from < to && !isInside(startX + from * stepX, startY + from * stepY, width, height)) {
                from++;
            }
            while (from < to && !isInside(startX + (to - 1) * stepX, startY + (to - 1) * stepY, width, height)) {
                to--;
            }
            edge(page, turned, y, 0, from, startX, startY, stepX, stepY);
            inside(page, turned, y, from, to, startX + from * stepX, startY + from * stepY, stepX, stepY);
            edge(page, turned, y, to, width, startX + to * stepX, startY + to * stepY, stepX, stepY);
        }
        return turned;
    }

    private static boolean isInside(int x, int y, int width, int height) {
        return x >= 0 && y >= 0 && x < width - 1 << FRACTION && y < height - 1 << FRACTION;
    }

    /** Columns whose source lies within the page, so that all four neighbours are there. */
    private static void inside(
            Raster page, Raster turned, int row, int first, int end, int startX, int startY, int stepX, int stepY) {
        byte[] source = page.bytes();
        byte[] target = turned.bytes();
        int channels = page.channels();
        int stride = page.width() * channels;
        int x = startX;
        int y = startY;
        for (int column = first; column < end; column++, x += stepX, y += stepY) {
            int corner = (y >> FRACTION) * stride + (x >> FRACTION) * channels;
            int partX = x >> FRACTION - 8 & 0xFF;
            int partY = y >> FRACTION - 8 & 0xFF;
            int at = row * stride + column * channels;
            for (int c = 0; c < channels; c++, corner++, at++) {
                int a = source[corner] & 0xFF;
                int b = source[corner + channels] & 0xFF;
                int d = source[corner + stride] & 0xFF;
                int e = source[corner + stride + channels] & 0xFF;
                int upper = (a << 8) + partX * (b - a);
                int lower = (d << 8) + partX * (e - d);
                target[at] = (byte) ((upper << 8) + partY * (lower - upper) + (1 << 15) >> 16);
            }
        }
    }

    /** Columns whose source lies at or beyond the edge: the nearest pixel of the page. */
    private static void edge(
            Raster page, Raster turned, int row, int first, int end, int startX, int startY, int stepX, int stepY) {
        int channels = page.channels();
        int x = startX;
        int y = startY;
        for (int column = first; column < end; column++, x += stepX, y += stepY) {
            int nearX = Math.max(0, Math.min(page.width() - 1, x + ONE / 2 >> FRACTION));
            int nearY = Math.max(0, Math.min(page.height() - 1, y + ONE / 2 >> FRACTION));
            System.arraycopy(
                    page.bytes(),
                    (nearY * page.width() + nearX) * channels,
                    turned.bytes(),
                    (row * page.width() + column) * channels,
                    channels);
        }
    }
}
