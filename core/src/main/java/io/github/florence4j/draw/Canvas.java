package io.github.florence4j.draw;

import io.github.florence4j.image.RgbImage;
import io.github.florence4j.result.Point;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** The picture that is drawn on: the image, a small one enlarged by a whole number, and room below or beside it. */
final class Canvas {
    /** The side that a canvas' longer side has at least, in pixels. */
    static final int LEAST_LONGER_SIDE = 640;

    final BufferedImage picture;
    final int scale;
    /** The width of the image on the canvas. */
    final int width;
    /** The height of the image on the canvas. */
    final int height;

    Canvas(RgbImage image, int wholeWidth, int wholeHeight) {
        scale = scaleFor(image.width(), image.height());
        width = image.width() * scale;
        height = image.height() * scale;
        picture = new BufferedImage(wholeWidth, wholeHeight, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, wholeWidth, wholeHeight);
            graphics.drawImage(image.toBufferedImage(), 0, 0, width, height, null);
        } finally {
            graphics.dispose();
        }
    }

    static Canvas of(RgbImage image) {
        int scale = scaleFor(image.width(), image.height());
        return new Canvas(image, image.width() * scale, image.height() * scale);
    }

    /** The whole number that makes the longer side at least {@link #LEAST_LONGER_SIDE} pixels. */
    static int scaleFor(int imageWidth, int imageHeight) {
        int longer = Math.max(imageWidth, imageHeight);
        return (LEAST_LONGER_SIDE + longer - 1) / longer;
    }

    /** Graphics for the whole picture, to be disposed by the caller. */
    Graphics2D graphics() {
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        return graphics;
    }

    /** Whether the point is a place at all: not a number is none. */
    static boolean isPlace(Point point) {
        return !Double.isNaN(point.x()) && !Double.isNaN(point.y());
    }

    /** A point of the image on the canvas; one far outside comes closer, within one image size around the image. */
    Point place(Point point) {
        return new Point(
                clamp(point.x() * scale, -width, 2.0 * width), clamp(point.y() * scale, -height, 2.0 * height));
    }

    static double clamp(double value, double least, double most) {
        return Math.max(least, Math.min(most, value));
    }
}
