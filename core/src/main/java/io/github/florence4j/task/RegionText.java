package io.github.florence4j.task;

import io.github.florence4j.task.Region.Bins;
import java.util.ArrayList;
import java.util.List;

/** Reading of the textual forms, and the checks that the forms share. */
final class RegionText {
    private RegionText() {}

    static double[] numbers(String list, String whole) {
        String[] parts = list.split(",", -1);
        double[] values = new double[parts.length];
        try {
            for (int i = 0; i < parts.length; i++) {
                values[i] = Double.parseDouble(parts[i].strip());
            }
        } catch (NumberFormatException e) {
            throw unreadable(whole);
        }
        if (values.length != 4) {
            throw unreadable(whole);
        }
        return values;
    }

    static Region bins(String text) {
        List<Integer> bins = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('>', at);
            if (end < 0 || !text.regionMatches(true, at, "<loc_", 0, 5)) {
                throw unreadable(text);
            }
            try {
                bins.add(Integer.parseInt(text.substring(at + 5, end)));
            } catch (NumberFormatException e) {
                throw unreadable(text);
            }
            at = end + 1;
        }
        if (bins.size() != 4) {
            throw unreadable(text);
        }
        return new Bins(bins.get(0), bins.get(1), bins.get(2), bins.get(3));
    }

    static void requireOrdered(double x1, double y1, double x2, double y2) {
        if (!Double.isFinite(x1) || !Double.isFinite(y1) || !Double.isFinite(x2) || !Double.isFinite(y2)) {
            throw new IllegalArgumentException("a region needs four numbers, found " + list(x1, y1, x2, y2));
        }
        if (x2 < x1 || y2 < y1) {
            throw new IllegalArgumentException(
                    "a region is x1,y1,x2,y2 with x1 <= x2 and y1 <= y2, found " + list(x1, y1, x2, y2));
        }
    }

    static String list(double x1, double y1, double x2, double y2) {
        return x1 + "," + y1 + "," + x2 + "," + y2;
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException("cannot read the region '" + text
                + "': expected x1,y1,x2,y2 in pixels, norm:x1,y1,x2,y2 in parts of the image,"
                + " or four location tokens such as <loc_52><loc_332><loc_932><loc_774>");
    }
}
