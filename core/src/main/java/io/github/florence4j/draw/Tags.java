package io.github.florence4j.draw;

import io.github.florence4j.draw.Lettering.Lettered;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The labels of a picture: text on filled rectangles inside the image, each at its item. They are placed one after another, each at
 * the first place of a fixed order where it covers no earlier one, else where it covers the least.
 */
final class Tags {
    private static final int MOST_LINES = 4;
    private static final int STEPS = 6;

    private final Canvas canvas;
    private final Lettering lettering;
    private final double fontSize;
    private final double padding;
    private final List<Rectangle2D> placed = new ArrayList<>();

    Tags(Canvas canvas, Lettering lettering, double fontSize) {
        this.canvas = canvas;
        this.lettering = lettering;
        this.fontSize = fontSize;
        this.padding = Math.max(2, fontSize / 5);
    }

    /** A label that waits for its place: the bounds of its item, and whether it belongs at a corner or in the middle. */
    record Tag(String label, Color colour, Rectangle2D item, boolean atCorner) {}

    void draw(Graphics2D graphics, Tag tag) {
        Lettered lettered = lettering.line(tag.label(), fontSize);
        double wanted = Math.max(Math.min(tag.item().getWidth(), canvas.width / 2.0), canvas.width / 3.0);
        double most = Math.min(canvas.width - 2 * padding, Math.max(wanted, 16 * fontSize));
        List<String> lines = LineBreaks.of(lettered, most, MOST_LINES);
        double lineHeight = lettered.lineHeight();
        double height = lines.size() * lineHeight + padding;
        if (lines.isEmpty() || height > canvas.height) {
            return;
        }
        double width = lines.stream().mapToDouble(lettered::widthOf).max().orElseThrow() + 2 * padding;
        Rectangle2D place = place(tag, width, height);
        graphics.setColor(tag.colour());
        graphics.fill(place);
        graphics.setColor(Palette.contrasting(tag.colour()));
        graphics.setFont(lettered.font());
        double baseline = place.getY() + padding / 2 + lettered.ascent();
        for (String line : lines) {
            graphics.drawString(line, (float) (place.getX() + padding), (float) baseline);
            baseline += lineHeight;
        }
    }

    private Rectangle2D place(Tag tag, double width, double height) {
        Rectangle2D best = new Rectangle2D.Double();
        double least = Double.POSITIVE_INFINITY;
        for (Rectangle2D candidate : candidates(tag, width, height)) {
            double covered = placed.stream()
                    .mapToDouble(other -> common(candidate, other))
                    .sum();
            if (covered < least) {
                least = covered;
                best = candidate;
            }
            if (covered == 0) {
                break;
            }
        }
        placed.add(best);
        return best;
    }

    private List<Rectangle2D> candidates(Tag tag, double width, double height) {
        Rectangle2D item = tag.item();
        double right = item.getMaxX() - width;
        double bottom = item.getMaxY() - height;
        double[] across = {item.getX(), right, item.getCenterX() - width / 2};
        List<Rectangle2D> candidates = new ArrayList<>();
        if (!tag.atCorner()) {
            candidates.add(inside(item.getCenterX() - width / 2, item.getCenterY() - height / 2, width, height));
        }
        double[] down = DoubleStream.concat(
                        DoubleStream.of(item.getY() - height, item.getY(), item.getMaxY(), bottom),
                        DoubleStream.iterate(1, step -> step <= STEPS, step -> step + 1)
                                .flatMap(step -> DoubleStream.of(
                                        item.getY() + step * height,
                                        item.getY() - (step + 1) * height,
                                        item.getMaxY() + step * height)))
                .toArray();
        for (double y : down) {
            for (double x : across) {
                candidates.add(inside(x, y, width, height));
            }
        }
        return candidates;
    }

    private Rectangle2D inside(double x, double y, double width, double height) {
        return new Rectangle2D.Double(
                Canvas.clamp(x, 0, canvas.width - width), Canvas.clamp(y, 0, canvas.height - height), width, height);
    }

    private static double common(Rectangle2D one, Rectangle2D other) {
        double width = Math.min(one.getMaxX(), other.getMaxX()) - Math.max(one.getX(), other.getX());
        double height = Math.min(one.getMaxY(), other.getMaxY()) - Math.max(one.getY(), other.getY());
        return Math.max(0, width) * Math.max(0, height);
    }
}
