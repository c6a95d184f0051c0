package io.github.florence4j.result;

/**
 * A point of the original image in pixels, the origin at the upper left corner.
 *
 * @param x distance from the left edge
 * @param y distance from the upper edge
 */
public record Point(double x, double y) {}
