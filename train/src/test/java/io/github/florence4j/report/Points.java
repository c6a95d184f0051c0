package io.github.florence4j.report;

import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Points of training runs that never were. */
final class Points {
    private Points() {}

    static TrainingPoint training(long step, double loss) {
        return new TrainingPoint(step, step / 8.0, loss, 1e-6 * step, 2.5, 1.25, 15, 0.75 * step, 4.5);
    }

    static ValidationPoint validation(long step, double loss, double anls) {
        return new ValidationPoint(step, step / 8.0, loss, Map.of("anls", anls(anls, 0.03)), 200);
    }

    static Estimate anls(double value, double half) {
        return new Estimate("anls", value, value - half, value + half, 200, new Bootstrap(7));
    }

    /** A run of so many steps with warm-up, decay, noise, and a validation after every tenth of it. */
    static List<RunPoint> run(int steps) {
        Random random = new Random(1);
        List<RunPoint> points = new ArrayList<>();
        points.add(validation(0, 3.1, 0.12));
        for (int step = 1; step <= steps; step++) {
            double part = (double) step / steps;
            double loss = 0.6 + 2.6 * Math.exp(-4 * part) + 0.25 * random.nextGaussian() * (1.2 - part);
            double rate = 1e-5 * Math.min(part / 0.1, (1 - part) / 0.9);
            points.add(new TrainingPoint(step, 3 * part, loss, rate, 2, 1.5, 20, step, 4));
            if (step % (steps / 10) == 0) {
                double validation = 0.7 + 2.4 * Math.exp(-5 * part) + 0.35 * part * part;
                double anls = 0.12 + 0.5 * (1 - Math.exp(-4 * part)) - 0.06 * part * part;
                points.add(validation(step, validation, anls));
            }
        }
        return points;
    }
}
