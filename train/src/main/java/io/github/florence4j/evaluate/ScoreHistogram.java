package io.github.florence4j.evaluate;

import java.util.Arrays;
import java.util.Locale;

/** How often each score occurs, as a drawing in SVG that takes its colours from the page. */
final class ScoreHistogram {
    private static final int BINS = 20;
    private static final int WIDTH = 360;
    private static final int HEIGHT = 130;
    private static final int LEFT = 34;
    private static final int BOTTOM = 20;
    private static final int TOP = 12;

    private final int[] counts = new int[BINS];
    private final double most;

    private ScoreHistogram(double most) {
        this.most = most;
    }

    /** Of the samples' scores by themselves, from 0 to 1 or, where that does not hold them, to the next whole number. */
    static ScoreHistogram of(MetricResult metric, int samples) {
        double[] scores = new double[samples];
        for (int i = 0; i < samples; i++) {
            scores[i] = metric.score(i);
        }
        scores = Arrays.stream(scores).filter(Double::isFinite).toArray();
        ScoreHistogram histogram = new ScoreHistogram(
                Math.max(1, Math.ceil(Arrays.stream(scores).max().orElse(1))));
        for (double score : scores) {
            int bin = (int) (score / histogram.most * BINS);
            histogram.counts[Math.max(0, Math.min(BINS - 1, bin))]++;
        }
        return histogram;
    }

    /** The drawing. */
    String svg(String title) {
        int highest = Math.max(1, Arrays.stream(counts).max().orElse(1));
        double width = (double) (WIDTH - LEFT) / BINS;
        int height = HEIGHT - BOTTOM - TOP;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg class=\"histogram\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                .formatted(WIDTH, HEIGHT, Html.escape(title)));
        svg.append(text(LEFT - 5, TOP + 4, "end", Integer.toString(highest)));
        svg.append(text(LEFT - 5, HEIGHT - BOTTOM, "end", "0"));
        for (int bin = 0; bin < BINS; bin++) {
            double bar = (double) counts[bin] / highest * height;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" rx=\"1.5\"><title>%s to %s: %d</title></rect>",
                    LEFT + bin * width + 0.75,
                    HEIGHT - BOTTOM - bar,
                    width - 1.5,
                    bar,
                    Figures.score(most * bin / BINS),
                    Figures.score(most * (bin + 1) / BINS),
                    counts[bin]));
        }
        svg.append("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
                .formatted(LEFT, HEIGHT - BOTTOM, WIDTH, HEIGHT - BOTTOM));
        for (int tick = 0; tick <= 4; tick++) {
            String anchor = tick == 0 ? "start" : tick == 4 ? "end" : "middle";
            svg.append(text(
                    LEFT + tick * (WIDTH - LEFT) / 4,
                    HEIGHT - 5,
                    anchor,
                    String.format(Locale.ROOT, "%.0f", 100 * most * tick / 4)));
        }
        return svg.append("</svg>").toString();
    }

    private static String text(int x, int y, String anchor, String words) {
        return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>".formatted(x, y, anchor, words);
    }
}
