package io.github.florence4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Numbers by step.
 *
 * @param dots in ascending order of steps
 */
record Curve(List<Dot> dots) {

    /** A number; it may be one that cannot be drawn. */
    record Dot(long step, double value) {}

    static <T extends RunPoint> Curve of(List<T> points, ToDoubleFunction<T> value) {
        return new Curve(points.stream()
                .map(point -> new Dot(point.step(), value.applyAsDouble(point)))
                .toList());
    }

    List<Double> values() {
        return dots.stream().map(Dot::value).toList();
    }

    /** The values between two quantiles, so that single spikes do not flatten the rest. */
    List<Double> valuesBetween(double lowest, double highest) {
        List<Double> sorted = values().stream().filter(Axis::shows).sorted().toList();
        return sorted.isEmpty()
                ? sorted
                : sorted.subList((int) (lowest * sorted.size()), (int) Math.ceil(highest * sorted.size()));
    }

    /**
     * The exponential moving average, corrected for its beginning (the bias correction of Kingma and Ba, 2014); a number
     * that cannot be drawn is left out.
     *
     * @param span about how many numbers count
     */
    Curve smoothed(double span) {
        double keep = 1 - 2 / (span + 1);
        double sum = 0;
        double weight = 0;
        List<Dot> smooth = new ArrayList<>();
        for (Dot dot : dots) {
            if (Axis.shows(dot.value())) {
                sum = keep * sum + (1 - keep) * dot.value();
                weight = keep * weight + (1 - keep);
                smooth.add(new Dot(dot.step(), sum / weight));
            }
        }
        return new Curve(smooth);
    }

    /** The smallest and the largest of each of {@code pieces} pieces, in their order; all when there are not more. */
    Curve thinned(int pieces) {
        if (dots.size() <= 2 * pieces) {
            return this;
        }
        List<Dot> thin = new ArrayList<>();
        for (int piece = 0; piece < pieces; piece++) {
            int from = (int) ((long) piece * dots.size() / pieces);
            int to = (int) ((piece + 1L) * dots.size() / pieces);
            int low = from;
            int high = from;
            for (int i = from; i < to; i++) {
                low = dots.get(i).value() < dots.get(low).value() ? i : low;
                high = dots.get(i).value() > dots.get(high).value() ? i : high;
            }
            thin.add(dots.get(Math.min(low, high)));
            if (low != high) {
                thin.add(dots.get(Math.max(low, high)));
            }
        }
        return new Curve(thin);
    }

    /** The pieces between numbers that cannot be drawn. */
    List<Curve> unbroken() {
        List<Curve> pieces = new ArrayList<>();
        List<Dot> piece = new ArrayList<>();
        for (Dot dot : dots) {
            if (Axis.shows(dot.value())) {
                piece.add(dot);
            } else if (!piece.isEmpty()) {
                pieces.add(new Curve(piece));
                piece = new ArrayList<>();
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(new Curve(piece));
        }
        return pieces;
    }
}
