package io.github.florence4j.draw;

import io.github.florence4j.draw.Lettering.Lettered;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.util.List;

/**
 * A white page next to the image (below a landscape, at the right of a portrait) with each recognized text where it stands in the
 * image: tags would hide the lines around them.
 */
final class Transcript {
    private static final double LEAST_OF_FONT_SIZE = 0.7;

    final Canvas canvas;
    private final Lettering lettering;
    private final double fontSize;
    private final boolean below;

    Transcript(RgbImage image, Lettering lettering, double fontSize) {
        int scale = Canvas.scaleFor(image.width(), image.height());
        int width = image.width() * scale;
        int height = image.height() * scale;
        this.below = width >= height;
        this.canvas = new Canvas(image, below ? width : 2 * width, below ? 2 * height : height);
        this.lettering = lettering;
        this.fontSize = fontSize;
    }

    /** Graphics whose origin is the page's upper left corner and which do not reach out of the page. */
    Graphics2D page() {
        Graphics2D graphics = canvas.graphics();
        graphics.translate(below ? 0 : canvas.width, below ? canvas.height : 0);
        graphics.clipRect(0, 0, canvas.width, canvas.height);
        return graphics;
    }

    /** Writes the text, and grey behind it the score, along the quad's reading direction, as high as the quad and not longer than it where that can be read. */
    void write(Graphics2D page, Quad quad, String text, String score) {
        List<Point> corners = quad.points().stream()
                .filter(Canvas::isPlace)
                .map(canvas::place)
                .toList();
        if (corners.size() < 4 || text.isBlank()) {
            return;
        }
        Frame frame = Frame.of(corners, text);
        Lettered wanted = lettering.line(text, Math.max(1, frame.height * 0.8));
        double whole = wanted.width() + wanted.widthOf(score.isEmpty() ? "" : " " + score);
        double size = wanted.font().getSize2D() * Math.min(1, frame.width / Math.max(1, whole));
        Lettered lettered = wanted.withSize(Math.max(LEAST_OF_FONT_SIZE * fontSize, size));
        AffineTransform before = page.getTransform();
        page.translate(frame.x, frame.y);
        page.rotate(frame.angle);
        page.setColor(Color.BLACK);
        page.setFont(lettered.font());
        float baseline = (float) ((frame.height - lettered.lineHeight()) / 2 + lettered.ascent());
        page.drawString(lettered.text(), 0f, baseline);
        page.setColor(Color.GRAY);
        page.drawString(score, (float) lettered.widthOf(lettered.text() + " "), baseline);
        page.setTransform(before);
    }

    /** Where a text begins (its upper left corner), which way it runs, and its room along and across. */
    private record Frame(double x, double y, double angle, double width, double height) {
        private static final double UPRIGHT = 1.5;

        /** The frame of a quad; a high quad with several characters reads from top to bottom. */
        static Frame of(List<Point> corners, String text) {
            Frame frame = along(corners.get(0), corners.get(1), corners.get(2), corners.get(3));
            boolean upright = frame.height > UPRIGHT * frame.width && text.codePointCount(0, text.length()) > 1;
            return upright ? along(corners.get(1), corners.get(2), corners.get(3), corners.get(0)) : frame;
        }

        private static Frame along(Point start, Point end, Point endBelow, Point startBelow) {
            double alongX = (end.x() - start.x() + endBelow.x() - startBelow.x()) / 2;
            double alongY = (end.y() - start.y() + endBelow.y() - startBelow.y()) / 2;
            double acrossX = (startBelow.x() - start.x() + endBelow.x() - end.x()) / 2;
            double acrossY = (startBelow.y() - start.y() + endBelow.y() - end.y()) / 2;
            return new Frame(
                    start.x(),
                    start.y(),
                    Math.atan2(alongY, alongX),
                    Math.hypot(alongX, alongY),
                    Math.hypot(acrossX, acrossY));
        }
    }
}
