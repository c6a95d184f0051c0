package io.github.florence4j.draw;

/**
 * How results are drawn. Lengths are pixels of the drawn picture, which for a small image is larger than the image.
 *
 * @param lineWidth width of the coloured line of an outline, without its casing; positive
 * @param fontSize size of the labels; positive
 * @param fillAlpha opacity of the colour inside polygons, 0 (not filled) to 1 (opaque)
 * @param showScores whether labels end with the item's score where it is known: that of the location, else of the label
 */
public record OverlayStyle(double lineWidth, double fontSize, double fillAlpha, boolean showScores) {
    private static final double LARGEST = 1_000;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside of its range
     */
    public OverlayStyle {
        requireLength("line width", lineWidth);
        requireLength("font size", fontSize);
        if (!(fillAlpha >= 0 && fillAlpha <= 1)) {
            throw new IllegalArgumentException("expected a fill alpha of 0 to 1, found " + fillAlpha);
        }
    }

    /** The style that suits an image of this size: lines and labels grow with the longer side of the drawn picture. */
    public static OverlayStyle fitting(int imageWidth, int imageHeight) {
        double longer = (double) Math.max(imageWidth, imageHeight) * Canvas.scaleFor(imageWidth, imageHeight);
        return new OverlayStyle(Math.max(2, longer / 300), Math.max(13, longer / 50), 0.35, true);
    }

    private static void requireLength(String name, double value) {
        if (!(value > 0 && value <= LARGEST)) {
            throw new IllegalArgumentException(
                    "expected a " + name + " above 0 and up to " + (int) LARGEST + " pixels, found " + value);
        }
    }
}
