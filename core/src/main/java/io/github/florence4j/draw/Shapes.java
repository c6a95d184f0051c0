package io.github.florence4j.draw;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Ring;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Draws outlines on the image's part of a canvas: a coloured line in a casing that contrasts with it. */
final class Shapes {
    private final Canvas canvas;
    private final Graphics2D graphics;
    private final double lineWidth;
    private final double casing;

    Shapes(Canvas canvas, Graphics2D graphics, double lineWidth) {
        this.canvas = canvas;
        this.graphics = graphics;
        this.lineWidth = lineWidth;
        this.casing = Math.max(1, lineWidth / 3);
    }

    /** Draws the box, inside the image as far as it reaches out, and returns its bounds; empty if it is nowhere. */
    Optional<Rectangle2D> box(Box box, Color colour) {
        List<Point> corners = places(List.of(new Point(box.x1(), box.y1()), new Point(box.x2(), box.y2())));
        if (corners.size() < 2) {
            return Optional.empty();
        }
        Rectangle2D bounds = bounds(corners.stream().map(this::inside).toList());
        outline(
                List.of(
                        new Point(bounds.getMinX(), bounds.getMinY()),
                        new Point(bounds.getMaxX(), bounds.getMinY()),
                        new Point(bounds.getMaxX(), bounds.getMaxY()),
                        new Point(bounds.getMinX(), bounds.getMaxY())),
                colour);
        return Optional.of(bounds);
    }

    /** Draws the closed line through the points and returns its bounds; empty if there is no point. */
    Optional<Rectangle2D> closed(List<Point> points, Color colour) {
        List<Point> places = places(points);
        if (places.isEmpty()) {
            return Optional.empty();
        }
        outline(places, colour);
        return Optional.of(bounds(places));
    }

    /** Fills the union of the rings: where they overlap the colour is not stronger. */
    void fill(List<Ring> rings, Color colour, double alpha) {
        Path2D union = new Path2D.Double(Path2D.WIND_NON_ZERO);
        for (Ring ring : rings) {
            List<Point> places = places(ring.points());
            if (places.size() > 2) {
                union.append(path(clockwise(places)), false);
            }
        }
        graphics.setColor(
                new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), (int) Math.round(alpha * 255)));
        graphics.fill(union);
    }

    private void outline(List<Point> places, Color colour) {
        Rectangle2D bounds = bounds(places);
        if (Math.max(bounds.getWidth(), bounds.getHeight()) < lineWidth) {
            dot(bounds, 3 * lineWidth + 2 * casing, Palette.contrasting(colour));
            dot(bounds, 3 * lineWidth, colour);
            return;
        }
        Path2D path = path(places);
        stroke(path, lineWidth + 2 * casing, Palette.contrasting(colour));
        stroke(path, lineWidth, colour);
    }

    private void stroke(Path2D path, double width, Color colour) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(path);
    }

    private void dot(Rectangle2D around, double diameter, Color colour) {
        graphics.setColor(colour);
        graphics.fill(new Ellipse2D.Double(
                around.getCenterX() - diameter / 2, around.getCenterY() - diameter / 2, diameter, diameter));
    }

    private List<Point> places(List<Point> points) {
        return points.stream().filter(Canvas::isPlace).map(canvas::place).toList();
    }

    /** The nearest place around which a whole line is inside the image. */
    private Point inside(Point place) {
        double margin = lineWidth / 2 + casing;
        return new Point(
                Canvas.clamp(place.x(), margin, Math.max(margin, canvas.width - margin)),
                Canvas.clamp(place.y(), margin, Math.max(margin, canvas.height - margin)));
    }

    private static Rectangle2D bounds(List<Point> places) {
        Rectangle2D bounds =
                new Rectangle2D.Double(places.get(0).x(), places.get(0).y(), 0, 0);
        places.forEach(place -> bounds.add(place.x(), place.y()));
        return bounds;
    }

    private static Path2D path(List<Point> places) {
        Path2D path = new Path2D.Double();
        path.moveTo(places.get(0).x(), places.get(0).y());
        places.subList(1, places.size()).forEach(place -> path.lineTo(place.x(), place.y()));
        path.closePath();
        return path;
    }

    private static List<Point> clockwise(List<Point> places) {
        double twiceTheArea = 0;
        Point last = places.get(places.size() - 1);
        for (Point place : places) {
            twiceTheArea += last.x() * place.y() - place.x() * last.y();
            last = place;
        }
        if (twiceTheArea >= 0) {
            return places;
        }
        List<Point> reversed = new ArrayList<>(places);
        Collections.reverse(reversed);
        return reversed;
    }
}
