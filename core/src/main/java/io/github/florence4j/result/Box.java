package io.github.florence4j.result;

/**
 * An axis-aligned box in pixels of the original image. The model's corners are kept as they come: they are neither
 * ordered nor clipped (the reference processors do not either).
 *
 * @param x1 first corner, usually left
 * @param y1 first corner, usually top
 * @param x2 second corner, usually right
 * @param y2 second corner, usually bottom
 */
public record Box(double x1, double y1, double x2, double y2) {

    /** The width in pixels; negative when the model gave the corners in the wrong order. */
    public double width() {
        return x2 - x1;
    }

    /** The height in pixels; negative when the model gave the corners in the wrong order. */
    public double height() {
        return y2 - y1;
    }
}
