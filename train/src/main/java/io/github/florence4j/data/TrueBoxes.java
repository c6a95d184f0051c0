package io.github.florence4j.data;

import io.github.florence4j.metrics.TruthBox;
import io.github.florence4j.result.Box;
import java.util.List;

/**
 * The boxes of a picture as the data has them, with what an answer in words does not hold: fractions of pixels, the areas of
 * outlines, groups.
 *
 * @param width the picture's width in pixels, as the data says
 * @param height the picture's height in pixels, likewise
 * @param boxes all boxes, in the order of the data
 */
public record TrueBoxes(int width, int height, List<TruthBox> boxes) {
    /** Copies the list and checks the size. */
    public TrueBoxes {
        boxes = List.copyOf(boxes);
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels holds no boxes");
        }
    }

    /** A box in a picture of another size, where it would be in this one. */
    public Box scaled(Box box, int ownWidth, int ownHeight) {
        if (ownWidth == width && ownHeight == height) {
            return box;
        }
        double x = (double) width / ownWidth;
        double y = (double) height / ownHeight;
        return new Box(box.x1() * x, box.y1() * y, box.x2() * x, box.y2() * y);
    }
}
