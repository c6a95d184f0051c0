package io.github.florence4j.report;

import io.github.florence4j.report.Canvas.Anchor;
import io.github.florence4j.report.Canvas.Point;
import io.github.florence4j.report.Panel.Key;
import io.github.florence4j.report.Panel.Swatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How often which score was reached, as bars over ranges of equal width; several sets of scores stand side by side, as
 * shares of their samples. A bar holds the scores from its lower end up to, but without, its upper end; the last holds its
 * upper end, too.
 *
 * @param title the heading
 * @param score what the scores are, for the axis: {@code anls}
 * @param sets at least one and at most four sets of scores
 */
public record ScoreHistogram(String title, String score, List<Scores> sets) {
    private static final int WIDTH = 900;
    private static final int HEADER = 52;
    private static final int LINE = 24;
    private static final int PANEL = 360;
    private static final int BARS = 20;
    private static final int LEGEND = 14;
    private static final int[] COLOURS = {0x1F6FB4, 0xD9541E, 0x2E7D4F, 0x6B3FA0};

    /**
     * The scores of one prompt or checkpoint.
     *
     * @param name what they are the scores of
     * @param values the score of each sample; those that are not finite are counted in the legend, and in no bar
     */
    public record Scores(String name, List<Double> values) {

        /** Copies the values. */
        public Scores {
            values = List.copyOf(values);
        }

        private List<Double> shown() {
            return values.stream().filter(Axis::shows).toList();
        }

        private double mean() {
            return shown().stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        }

        private String describe() {
            int left = values.size() - shown().size();
            return String.format(
                    Locale.ROOT,
                    "%s: mean %.4f, %,d samples%s",
                    Canvas.fitted(name, LEGEND, WIDTH / 2.0),
                    mean(),
                    values.size(),
                    left == 0 ? "" : String.format(Locale.ROOT, ", %,d of them without a score", left));
        }
    }

    /** Copies the sets and checks their number. */
    public ScoreHistogram {
        sets = List.copyOf(sets);
        if (sets.isEmpty() || sets.size() > COLOURS.length) {
            throw new IllegalArgumentException(
                    "a histogram shows 1 to " + COLOURS.length + " sets of scores, found " + sets.size());
        }
    }

    /** Writes the picture; the file appears whole or not at all. */
    public void writePng(Path file) throws IOException {
        PngCanvas.write(file, WIDTH, height(), this::draw);
    }

    /** The picture as an {@code <svg>} element for a page of HTML; it has no ids and no style sheet. */
    public String toSvg() {
        return SvgCanvas.draw(WIDTH, height(), title, this::draw);
    }

    private int height() {
        return HEADER + sets.size() * LINE + PANEL;
    }

    private void draw(Canvas canvas) {
        canvas.text(new Point(24, 34), Canvas.fitted(title, 20, WIDTH - 50), 20, true, Panel.INK, Anchor.START);
        for (int i = 0; i < sets.size(); i++) {
            double y = HEADER + i * LINE;
            canvas.box(24, y, 22, 12, COLOURS[i], 0.85, "");
            canvas.text(new Point(54, y + 11), sets.get(i).describe(), LEGEND, false, Panel.INK, Anchor.START);
        }
        Axis across = across();
        List<double[]> heights = new ArrayList<>();
        List<Double> range = new ArrayList<>(List.of(0.0));
        for (Scores set : sets) {
            double[] bars = bars(set, across);
            heights.add(bars);
            for (double bar : bars) {
                range.add(bar);
            }
        }
        boolean empty = range.stream().allMatch(value -> value == 0);
        Axis up = empty ? new Axis(0, 1, 1) : Axis.around(range, 6);
        Panel panel = new Panel(canvas, 10, HEADER + sets.size() * LINE, WIDTH - 20, PANEL, across, up);
        panel.frame(
                sets.size() == 1 ? "samples" : "% of samples",
                score,
                List.of(new Key("mean", Panel.INK, 1, Swatch.DASHES)));
        if (empty) {
            panel.empty("no scores");
        }
        panel.inside(() -> {
            for (int i = 0; i < sets.size(); i++) {
                drawBars(canvas, panel, across, heights.get(i), i);
            }
            drawMeans(panel);
        });
    }

    private void drawMeans(Panel panel) {
        for (int i = 0; i < sets.size(); i++) {
            double mean = sets.get(i).mean();
            if (Axis.shows(mean)) {
                panel.upright(mean, sets.size() == 1 ? Panel.INK : COLOURS[i]);
            }
        }
    }

    private void drawBars(Canvas canvas, Panel panel, Axis across, double[] bars, int set) {
        double range = (across.high() - across.low()) / BARS;
        double bar = range * 0.9 / sets.size();
        for (int i = 0; i < BARS; i++) {
            double from = across.low() + i * range;
            double start = from + range * 0.05 + set * bar;
            Point corner = panel.at(start, bars[i]);
            Point foot = panel.at(start + bar, 0);
            if (bars[i] > 0) {
                String hint = String.format(
                        Locale.ROOT,
                        "%s, %.4g to %.4g: %s",
                        sets.get(set).name(),
                        from,
                        from + range,
                        sets.size() == 1
                                ? String.format(Locale.ROOT, "%,.0f samples", bars[i])
                                : String.format(Locale.ROOT, "%.2f %% of samples", bars[i]));
                canvas.box(
                        corner.x(), corner.y(), foot.x() - corner.x(), foot.y() - corner.y(), COLOURS[set], 0.85, hint);
            }
        }
    }

    private Axis across() {
        List<Double> values = sets.stream().flatMap(set -> set.shown().stream()).toList();
        boolean isPart = values.stream().allMatch(value -> value >= 0 && value <= 1);
        return isPart ? new Axis(0, 1, 0.1) : Axis.around(values, 10);
    }

    /** How many samples each range holds; with several sets, per cent of the samples of this one. */
    private double[] bars(Scores set, Axis across) {
        double[] bars = new double[BARS];
        List<Double> shown = set.shown();
        double one = sets.size() == 1 ? 1 : 100.0 / shown.size();
        for (double value : shown) {
            int bar = (int) Math.floor(across.position(value) * BARS + 1e-9);
            bars[Math.max(0, Math.min(BARS - 1, bar))] += one;
        }
        return bars;
    }
}
