package io.github.florence4j.report;

import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.report.Canvas.Anchor;
import io.github.florence4j.report.Canvas.Point;
import io.github.florence4j.report.Panel.Key;
import io.github.florence4j.report.Panel.Swatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The curves of a training run in one picture of 1200 x 800: training loss (each step, and its moving average) with
 * validation loss, a metric with its confidence band, and the learning rate. Numbers that are not finite leave a gap; the
 * highest and lowest hundredth of the losses of a long run may lie outside the axes.
 *
 * @param title the heading
 * @param history the points of the run, in the order of their steps; may be empty
 * @param metric the name of the metric to draw; null for none
 * @param bestStep the step of the checkpoint that counts as the best, which is marked
 */
public record CurveChart(String title, List<RunPoint> history, @Nullable String metric, OptionalLong bestStep) {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 800;
    private static final int HEADER = 52;
    private static final int MARGIN = 10;
    private static final int LOSS_HEIGHT = 420;
    private static final int TICKS_UP = 6;
    private static final int BLUE = 0x1F6FB4;
    private static final int ORANGE = 0xD9541E;
    private static final int PURPLE = 0x6B3FA0;
    private static final int GREEN = 0x2E7D4F;
    private static final int RED = 0xC2183B;

    /** Copies the points. */
    public CurveChart {
        history = List.copyOf(history);
    }

    /** Writes the picture; the file appears whole or not at all. */
    public void writePng(Path file) throws IOException {
        PngCanvas.write(file, WIDTH, HEIGHT, this::draw);
    }

    /** The picture as an {@code <svg>} element for a page of HTML; it has no ids and no style sheet. */
    public String toSvg() {
        return SvgCanvas.draw(WIDTH, HEIGHT, title, this::draw);
    }

    private void draw(Canvas canvas) {
        canvas.text(new Point(MARGIN + 14, 34), Canvas.fitted(title, 20, 860), 20, true, Panel.INK, Anchor.START);
        canvas.text(new Point(WIDTH - 30, 34), extent(), 14, false, Panel.FAINT, Anchor.END);
        drawLoss(canvas, MARGIN, HEADER, WIDTH - 2 * MARGIN);
        int below = HEADER + LOSS_HEIGHT;
        int metricWidth = metric == null ? 0 : 680;
        if (metric != null) {
            drawMetric(canvas, metric, MARGIN, below, metricWidth);
        }
        drawLearningRate(canvas, MARGIN + metricWidth, below, WIDTH - 2 * MARGIN - metricWidth);
    }

    private String extent() {
        if (history.isEmpty()) {
            return "";
        }
        RunPoint last = history.get(history.size() - 1);
        return String.format(Locale.ROOT, "step %,d, epoch %.2f", last.step(), last.epoch());
    }

    private void drawLoss(Canvas canvas, double x, double y, double width) {
        Curve raw = Curve.of(trainings(), TrainingPoint::loss);
        Curve smooth = raw.smoothed(Math.max(1, raw.dots().size() / 40.0));
        Curve validation = Curve.of(validations(), ValidationPoint::loss);
        double cut = raw.dots().size() < 100 ? 0 : 0.01;
        List<Double> range = Stream.of(raw.valuesBetween(cut, 1 - cut), smooth.values(), validation.values())
                .flatMap(List::stream)
                .toList();
        Panel panel = new Panel(canvas, x, y, width, LOSS_HEIGHT, steps(10), Axis.around(range, TICKS_UP));
        List<Key> legend = new ArrayList<>(List.of(
                new Key("training", BLUE, 0.35, Swatch.LINE),
                new Key("moving average", BLUE, 1, Swatch.LINE),
                new Key("validation", ORANGE, 1, Swatch.LINE)));
        if (metric == null) {
            best(validation, legend);
        }
        panel.frame("loss", "step", legend);
        if (range.stream().noneMatch(Axis::shows)) {
            panel.empty("no losses yet");
        }
        panel.inside(() -> {
            line(canvas, panel, raw, BLUE, 0.35, 1);
            line(canvas, panel, smooth, BLUE, 1, 2.2);
            line(canvas, panel, validation, ORANGE, 1, 2.2);
        });
        dots(canvas, panel, validation, ORANGE, "validation loss");
        markBest(canvas, panel, validation);
    }

    private void drawMetric(Canvas canvas, String name, double x, double y, double width) {
        List<ValidationPoint> scored = validations().stream()
                .filter(point -> point.metrics().containsKey(name))
                .toList();
        Curve value = Curve.of(scored, point -> estimate(point, name).value());
        Curve low = Curve.of(scored, point -> estimate(point, name).low());
        Curve high = Curve.of(scored, point -> estimate(point, name).high());
        List<Double> range = Stream.of(value, low, high)
                .flatMap(curve -> curve.values().stream())
                .toList();
        Panel panel = new Panel(canvas, x, y, width, HEIGHT - y, steps(6), Axis.around(range, TICKS_UP));
        List<Key> legend = new ArrayList<>();
        legend.add(new Key(confidence(scored, name), PURPLE, 0.2, Swatch.BAND));
        best(value, legend);
        panel.frame(name, "step", legend);
        if (range.stream().noneMatch(Axis::shows)) {
            panel.empty("no scores yet");
        }
        panel.inside(() -> {
            band(canvas, panel, low, high);
            line(canvas, panel, value, PURPLE, 1, 2.2);
        });
        dots(canvas, panel, value, PURPLE, name);
        markBest(canvas, panel, value);
    }

    private void drawLearningRate(Canvas canvas, double x, double y, double width) {
        Curve rate = Curve.of(trainings(), TrainingPoint::learningRate);
        List<Double> range = new ArrayList<>(rate.values());
        range.add(0.0);
        Axis up = rate.values().stream().anyMatch(Axis::shows) ? Axis.around(range, TICKS_UP) : new Axis(0, 1, 0.25);
        Panel panel = new Panel(canvas, x, y, width, HEIGHT - y, steps(metric == null ? 10 : 5), up);
        panel.frame("learning rate", "step", List.of());
        panel.inside(() -> line(canvas, panel, rate, GREEN, 1, 2.2));
    }

    private void best(Curve curve, List<Key> legend) {
        if (bestStep.isPresent()) {
            curve.dots().stream()
                    .filter(dot -> dot.step() == bestStep.getAsLong() && Axis.shows(dot.value()))
                    .reduce((first, second) -> second)
                    .ifPresent(dot -> legend.add(new Key(
                            String.format(Locale.ROOT, "best: %.4f at step %,d", dot.value(), dot.step()),
                            RED,
                            1,
                            Swatch.DASHES)));
        }
    }

    private void markBest(Canvas canvas, Panel panel, Curve curve) {
        bestStep.ifPresent(step -> {
            panel.upright(step, RED);
            curve.dots().stream()
                    .filter(dot -> dot.step() == step && Axis.shows(dot.value()))
                    .forEach(dot -> canvas.ring(panel.at(step, dot.value()), 7, RED));
        });
    }

    private static void line(Canvas canvas, Panel panel, Curve curve, int colour, double opacity, double width) {
        for (Curve piece : curve.unbroken()) {
            List<Point> points = piece.thinned((int) panel.plotWidth()).dots().stream()
                    .map(dot -> panel.at(dot.step(), dot.value()))
                    .toList();
            canvas.line(points, colour, opacity, width);
        }
    }

    private static void dots(Canvas canvas, Panel panel, Curve curve, int colour, String name) {
        if (curve.dots().size() > panel.plotWidth() / 12) {
            return;
        }
        curve.dots().stream().filter(dot -> Axis.shows(dot.value())).forEach(dot -> {
            String hint = String.format(Locale.ROOT, "%s %.4f at step %,d", name, dot.value(), dot.step());
            canvas.dot(panel.at(dot.step(), dot.value()), 3.5, colour, hint);
        });
    }

    private static void band(Canvas canvas, Panel panel, Curve low, Curve high) {
        List<Point> outline = new ArrayList<>();
        List<Point> above = new ArrayList<>();
        for (int i = 0; i < low.dots().size(); i++) {
            Curve.Dot lower = low.dots().get(i);
            Curve.Dot upper = high.dots().get(i);
            if (Axis.shows(lower.value()) && Axis.shows(upper.value())) {
                outline.add(panel.at(lower.step(), lower.value()));
                above.add(panel.at(upper.step(), upper.value()));
            }
        }
        Collections.reverse(above);
        outline.addAll(above);
        if (outline.size() == 2) {
            canvas.line(outline, PURPLE, 0.2, 8);
        } else if (outline.size() > 2) {
            canvas.area(outline, PURPLE, 0.2);
        }
    }

    private Axis steps(int ticks) {
        long first = history.isEmpty() ? 0 : history.get(0).step();
        long last = history.isEmpty() ? 0 : history.get(history.size() - 1).step();
        return Axis.counts(first <= last / 4 ? 0 : Math.max(0, first - 1), last, ticks);
    }

    private List<TrainingPoint> trainings() {
        return history.stream()
                .filter(TrainingPoint.class::isInstance)
                .map(TrainingPoint.class::cast)
                .toList();
    }

    private List<ValidationPoint> validations() {
        return history.stream()
                .filter(ValidationPoint.class::isInstance)
                .map(ValidationPoint.class::cast)
                .toList();
    }

    private static Estimate estimate(ValidationPoint point, String name) {
        Estimate estimate = point.metrics().get(name);
        if (estimate == null) {
            throw new IllegalStateException("step " + point.step() + " has no " + name);
        }
        return estimate;
    }

    private static String confidence(List<ValidationPoint> scored, String name) {
        return scored.isEmpty()
                ? "confidence interval"
                : String.format(
                        Locale.ROOT,
                        "%.0f %% interval",
                        100 * estimate(scored.get(0), name).bootstrap().confidence());
    }
}
