package io.github.florence4j.task;

import io.github.florence4j.result.Box;
import io.github.florence4j.text.LocationQuantizer;
import io.github.florence4j.text.UnicodeSpace;
import java.util.Locale;

/**
 * A rectangle of the image that a question is about. Corners must be in order; what lies outside the image is moved to
 * its edge when the region becomes location tokens.
 */
public sealed interface Region {

    /** The four location tokens, {@code <loc_x1><loc_y1><loc_x2><loc_y2>}, for an image of this size in pixels. */
    String toLocTokens(int width, int height);

    /** A region given in pixels of the original image. */
    static Region pixels(double x1, double y1, double x2, double y2) {
        return new Pixels(x1, y1, x2, y2);
    }

    /** A region given in parts of the image's width and height, 0..1. */
    static Region normalized(double x1, double y1, double x2, double y2) {
        return new Normalized(x1, y1, x2, y2);
    }

    /** A region given in location bins, 0..999. */
    static Region bins(int x1, int y1, int x2, int y2) {
        return new Bins(x1, y1, x2, y2);
    }

    /** The region of a box that a task found. */
    static Region of(Box box) {
        return new Pixels(
                Math.min(box.x1(), box.x2()),
                Math.min(box.y1(), box.y2()),
                Math.max(box.x1(), box.x2()),
                Math.max(box.y1(), box.y2()));
    }

    /**
     * Reads a region: {@code 10,20,300,400} (pixels), {@code norm:0.1,0.2,0.5,0.9} (parts of the image) or
     * {@code <loc_1><loc_2><loc_3><loc_4>}.
     *
     * @throws IllegalArgumentException if the text is none of these
     */
    static Region parse(String text) {
        String trimmed = UnicodeSpace.strip(text);
        String lower = trimmed.toLowerCase(Locale.ROOT);
        if (lower.startsWith("<loc_")) {
            return RegionText.bins(trimmed);
        }
        if (lower.startsWith("norm:")) {
            double[] v = RegionText.numbers(trimmed.substring("norm:".length()), text);
            return normalized(v[0], v[1], v[2], v[3]);
        }
        double[] v = RegionText.numbers(trimmed, text);
        return pixels(v[0], v[1], v[2], v[3]);
    }

    /**
     * A region in pixels.
     *
     * @param x1 left
     * @param y1 top
     * @param x2 right, not less than {@code x1}
     * @param y2 bottom, not less than {@code y1}
     */
    record Pixels(double x1, double y1, double x2, double y2) implements Region {

        /** Checks the order of the corners. */
        public Pixels {
            RegionText.requireOrdered(x1, y1, x2, y2);
        }

        @Override
        public String toLocTokens(int width, int height) {
            return LocationQuantizer.tokens(new LocationQuantizer(width, height).quantize(new Box(x1, y1, x2, y2)));
        }
    }

    /**
     * A region in parts of the image.
     *
     * @param x1 left, 0..1
     * @param y1 top, 0..1
     * @param x2 right, 0..1, not less than {@code x1}
     * @param y2 bottom, 0..1, not less than {@code y1}
     */
    record Normalized(double x1, double y1, double x2, double y2) implements Region {

        /** Checks the range and the order of the corners. */
        public Normalized {
            RegionText.requireOrdered(x1, y1, x2, y2);
            if (Math.min(x1, y1) < 0 || Math.max(x2, y2) > 1) {
                throw new IllegalArgumentException("a normalised region must lie within 0..1, found "
                        + RegionText.list(x1, y1, x2, y2) + " (write pixels without 'norm:')");
            }
        }

        @Override
        public String toLocTokens(int width, int height) {
            Box box = new Box(x1 * width, y1 * height, x2 * width, y2 * height);
            return LocationQuantizer.tokens(new LocationQuantizer(width, height).quantize(box));
        }
    }

    /**
     * A region in location bins.
     *
     * @param x1 left, 0..999
     * @param y1 top, 0..999
     * @param x2 right, 0..999, not less than {@code x1}
     * @param y2 bottom, 0..999, not less than {@code y1}
     */
    record Bins(int x1, int y1, int x2, int y2) implements Region {

        /** Checks the range and the order of the corners. */
        public Bins {
            RegionText.requireOrdered(x1, y1, x2, y2);
            if (Math.min(x1, y1) < 0 || Math.max(x2, y2) >= LocationQuantizer.BINS) {
                throw new IllegalArgumentException("location tokens go from <loc_0> to <loc_999>, found "
                        + LocationQuantizer.tokens(x1, y1, x2, y2));
            }
        }

        @Override
        public String toLocTokens(int width, int height) {
            return LocationQuantizer.tokens(x1, y1, x2, y2);
        }
    }
}
