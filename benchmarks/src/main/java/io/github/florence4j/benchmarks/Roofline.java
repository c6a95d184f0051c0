package io.github.florence4j.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.nn.Work;
import io.github.florence4j.torch.MachineLimits;
import io.github.florence4j.torch.NativeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws the roofline picture (Williams, Waterman and Patterson, 2009) of results of {@code florence4j bench --json}: for the
 * vision tower and a decoding step the operations per second over the operations per byte of weights, beneath what this
 * machine reaches in products and in reading memory, which is measured now.
 *
 * <p>Arguments: checkpoint folder, picture to write, files with results, each one object.
 */
public final class Roofline {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 440;
    private static final int LEFT = 70;
    private static final int BOTTOM = 50;
    private static final int TOP = 20;
    private static final int RIGHT = 20;
    private static final double[] X = {1, 65536}; // operations per byte
    private static final double[] Y = {10, 2000}; // billions of operations a second

    /** A precision's bytes per weight and colour. */
    private record Look(int bytes, String colour) {}

    private static final Map<String, Look> LOOKS =
            Map.of("fp32", new Look(4, "#1f77b4"), "bf16", new Look(2, "#d95f02"), "int8", new Look(1, "#2a7f3f"));

    private final StringBuilder svg = new StringBuilder();

    private Roofline() {}

    /** Measures the limits, draws, and prints the points. */
    public static void main(String[] args) throws IOException {
        if (args.length < 3) {
            throw new IllegalArgumentException("expected a checkpoint folder, a picture and files of results");
        }
        NativeSettings.apply();
        Florence2Config config = Florence2Config.read(Path.of(args[0]));
        ImageProcessorConfig pixels = ImageProcessorConfig.ofCheckpoint(Path.of(args[0]));
        List<JsonNode> results = new ArrayList<>();
        for (String file : Arrays.asList(args).subList(2, args.length)) {
            results.add(new ObjectMapper().readTree(Path.of(file).toFile()));
        }
        Files.writeString(Path.of(args[1]), new Roofline().draw(config, pixels, results));
    }

    private String draw(Florence2Config config, ImageProcessorConfig pixels, List<JsonNode> results) {
        svg.append(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT));
        axes();
        Map<String, MachineLimits> roofs = new TreeMap<>();
        for (JsonNode result : results) {
            String precision = result.get("precision").asText();
            Look look = LOOKS.get(precision);
            MachineLimits limits = roofs.computeIfAbsent(precision, name -> roof(name, look));
            int batch = result.get("batch").asInt();
            int rows = batch * result.get("beams").asInt();
            double vision = batch * Work.visionOperations(config, pixels.height(), pixels.width());
            double step = 2 * rows * Work.stepWeights(config);
            point(
                    precision + " vision, batch " + batch,
                    look,
                    vision / (look.bytes() * Work.visionWeights(config)),
                    vision / result.get("vision_s").asDouble(),
                    limits);
            point(
                    precision + " step, " + rows + " rows",
                    look,
                    step / (look.bytes() * Work.stepWeights(config)),
                    step / result.get("step_s").asDouble(),
                    limits);
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        for (double x = X[0]; x <= X[1]; x *= 4) {
            line(x, Y[0], x, Y[1], "#ddd", 1);
            text(x(x), HEIGHT - BOTTOM + 18, "middle", "#333", String.format(Locale.ROOT, "%.0f", x));
        }
        for (double y : new double[] {10, 20, 50, 100, 200, 500, 1000, 2000}) {
            line(X[0], y, X[1], y, "#ddd", 1);
            text(LEFT - 8, y(y) + 4, "end", "#333", String.format(Locale.ROOT, "%.0f", y));
        }
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "#333", "operations per byte of weights");
        text(LEFT, TOP - 6, "start", "#333", "billions of operations a second");
    }

    private MachineLimits roof(String precision, Look look) {
        MachineLimits limits = MachineLimits.measure(look.bytes());
        double top = limits.operationsPerSecond() / 1e9;
        double slope = limits.bytesPerSecond() / 1e9;
        double ridge = top / slope;
        double first = Math.max(X[0], Y[0] / slope);
        line(first, first * slope, ridge, top, look.colour(), 2);
        line(ridge, top, X[1], top, look.colour(), 2);
        text(x(X[1]) - 4, y(top) - 4, "end", look.colour(), String.format(Locale.ROOT, "%s, %.0f", precision, top));
        System.out.printf(Locale.ROOT, "%s: %.0f GFLOP/s, %.1f GB/s%n", precision, top, slope);
        return limits;
    }

    private void point(String name, Look look, double intensity, double rate, MachineLimits limits) {
        double roof = Math.min(limits.operationsPerSecond(), intensity * limits.bytesPerSecond());
        svg.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n",
                x(Math.min(X[1], intensity)),
                y(rate / 1e9),
                look.colour()));
        double x = x(Math.min(X[1], intensity));
        boolean left = x > 0.8 * WIDTH; // where the name would not fit on the right
        text(x + (left ? -7 : 7), y(rate / 1e9) + 14, left ? "end" : "start", look.colour(), name);
        System.out.printf(Locale.ROOT, "%s: %.0f GFLOP/s, %.0f %% of its roof%n", name, rate / 1e9, 100 * rate / roof);
    }

    private void line(double fromX, double fromY, double toX, double toY, String colour, int width) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\"/>%n",
                x(fromX),
                y(fromY),
                x(toX),
                y(toY),
                colour,
                width));
    }

    private void text(double x, double y, String anchor, String colour, String words) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                colour,
                words));
    }

    private static double x(double value) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(value / X[0]) / Math.log(X[1] / X[0]);
    }

    private static double y(double value) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * Math.log(value / Y[0]) / Math.log(Y[1] / Y[0]);
    }
}
