package io.github.florence4j.result;

import java.util.List;

/**
 * Four corners around a piece of text, in pixels, in the model's order: upper left, upper right, lower right, lower
 * left as seen by a reader of the text.
 *
 * @param upperLeft corner where reading begins
 * @param upperRight next corner, clockwise
 * @param lowerRight next corner, clockwise
 * @param lowerLeft last corner
 */
public record Quad(Point upperLeft, Point upperRight, Point lowerRight, Point lowerLeft) {

    /** The four corners in order. */
    public List<Point> points() {
        return List.of(upperLeft, upperRight, lowerRight, lowerLeft);
    }
}
