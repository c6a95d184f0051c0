package io.github.florence4j.result;

import java.util.List;

/**
 * One closed outline of a polygon; the last point joins the first. A ring may have any number of points, none included,
 * because the model may stop anywhere.
 *
 * @param points corners in pixels, in the model's order
 */
public record Ring(List<Point> points) {

    /** Copies the list. */
    public Ring {
        points = List.copyOf(points);
    }
}
