package io.github.florence4j.parse;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import io.github.florence4j.result.Ring;
import io.github.florence4j.task.Profile;
import io.github.florence4j.text.LocationQuantizer;
import java.util.ArrayList;
import java.util.List;

/** Turns bins into pixels: bin centres in float, cut to integers in the transformers profile (specification 7.1). */
record Coordinates(LocationQuantizer quantizer, boolean whole) {

    static Coordinates of(int width, int height, Profile profile) {
        return new Coordinates(new LocationQuantizer(width, height), profile == Profile.TRANSFORMERS);
    }

    Box box(List<Tags.Loc> locs) {
        Point from = point(locs, 0);
        Point to = point(locs, 2);
        return new Box(from.x(), from.y(), to.x(), to.y());
    }

    Quad quad(List<Tags.Loc> locs) {
        return new Quad(point(locs, 0), point(locs, 2), point(locs, 4), point(locs, 6));
    }

    /** The points of a ring; an odd last location is left out. */
    Ring ring(List<Tags.Loc> locs) {
        List<Point> points = new ArrayList<>(locs.size() / 2);
        for (int i = 0; i + 1 < locs.size(); i += 2) {
            points.add(point(locs, i));
        }
        return new Ring(points);
    }

    private Point point(List<Tags.Loc> locs, int at) {
        float x = quantizer.dequantizeX(locs.get(at).bin());
        float y = quantizer.dequantizeY(locs.get(at + 1).bin());
        return whole ? new Point((int) x, (int) y) : new Point(x, y);
    }
}
