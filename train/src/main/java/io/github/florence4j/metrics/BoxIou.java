package io.github.florence4j.metrics;

import io.github.florence4j.result.Box;

/** Intersection over union of boxes, without the extra pixel, as pycocotools computes it. */
final class BoxIou {
    private BoxIou() {}

    /** 0..1; 0 for boxes without area and for boxes whose corners are in the wrong order. */
    static double of(Box a, Box b) {
        double intersection = intersection(a, b);
        return intersection == 0 ? 0 : intersection / (area(a) + area(b) - intersection);
    }

    /** The share of the box that the crowd covers, 0..1: what stands for the IoU where the truth is a crowd. */
    static double ofCrowd(Box box, Box crowd) {
        double intersection = intersection(box, crowd);
        return intersection == 0 ? 0 : intersection / area(box);
    }

    static double area(Box box) {
        return box.width() * box.height();
    }

    private static double intersection(Box a, Box b) {
        double width = Math.min(a.x2(), b.x2()) - Math.max(a.x1(), b.x1());
        double height = Math.min(a.y2(), b.y2()) - Math.max(a.y1(), b.y1());
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}
