package io.github.florence4j.text;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import io.github.florence4j.result.Ring;
import java.util.List;

/**
 * Turns pixels into location bins 0..999 and back, for one image size. All arithmetic is in float, as in the reference
 * (specification 7.1: 1000 x 1000 bins, "floor" mode).
 *
 * @param width image width in pixels, at least 1
 * @param height image height in pixels, at least 1
 */
public record LocationQuantizer(int width, int height) {
    /** The number of location tokens, {@code <loc_0>} to {@code <loc_999>}. */
    public static final int BINS = 1000;

    /** Checks that the image is not empty. */
    public LocationQuantizer {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "the image size must be at least 1 x 1, found " + width + " x " + height);
        }
    }

    /** The literal token of a bin: {@code <loc_52>}. */
    public static String token(int bin) {
        return "<loc_" + bin + ">";
    }

    /** The bin of a horizontal position; positions outside the image go to the first or last bin. */
    public int quantizeX(double x) {
        return quantize(x, width);
    }

    /** The bin of a vertical position; positions outside the image go to the first or last bin. */
    public int quantizeY(double y) {
        return quantize(y, height);
    }

    /** The four bins of a box: x1, y1, x2, y2. */
    public int[] quantize(Box box) {
        return new int[] {quantizeX(box.x1()), quantizeY(box.y1()), quantizeX(box.x2()), quantizeY(box.y2())};
    }

    /** The bins of points, x and y in turn. */
    public int[] quantize(List<Point> points) {
        int[] bins = new int[2 * points.size()];
        for (int i = 0; i < points.size(); i++) {
            bins[2 * i] = quantizeX(points.get(i).x());
            bins[2 * i + 1] = quantizeY(points.get(i).y());
        }
        return bins;
    }

    /** The eight bins of a quad. */
    public int[] quantize(Quad quad) {
        return quantize(quad.points());
    }

    /** The bins of a polygon's ring. */
    public int[] quantize(Ring ring) {
        return quantize(ring.points());
    }

    /** The centre of a bin in pixels from the left. Bins above 999 are not clamped. */
    public float dequantizeX(float bin) {
        return dequantize(bin, width);
    }

    /** The centre of a bin in pixels from the top. Bins above 999 are not clamped. */
    public float dequantizeY(float bin) {
        return dequantize(bin, height);
    }

    /** The location tokens of bins, without anything between them. */
    public static String tokens(int... bins) {
        StringBuilder tokens = new StringBuilder(9 * bins.length);
        for (int bin : bins) {
            tokens.append(token(bin));
        }
        return tokens.toString();
    }

    private static int quantize(double value, int size) {
        double bin = Math.floor((float) value / binSize(size));
        return (int) Math.max(0, Math.min(BINS - 1, bin));
    }

    private static float dequantize(float bin, int size) {
        return (bin + 0.5f) * binSize(size);
    }

    private static float binSize(int size) {
        return (float) (size / (double) BINS);
    }
}
