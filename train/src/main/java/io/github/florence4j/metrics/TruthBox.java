package io.github.florence4j.metrics;

import io.github.florence4j.result.Box;

/**
 * A true box.
 *
 * @param label the category
 * @param box where, in pixels
 * @param area the object's area in pixels, which decides whether it is small, medium or large; COCO gives the area of
 *     the outline
 * @param crowd whether it surrounds a group: boxes on it neither count nor harm
 */
public record TruthBox(String label, Box box, double area, boolean crowd) {

    /** A single object with the area of its box. */
    public TruthBox(String label, Box box) {
        this(label, box, BoxIou.area(box), false);
    }
}
