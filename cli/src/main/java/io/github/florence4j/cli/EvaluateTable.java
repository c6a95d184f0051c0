package io.github.florence4j.cli;

import io.github.florence4j.evaluate.Comparison;
import io.github.florence4j.evaluate.EvaluationResult;
import io.github.florence4j.evaluate.Figures;
import io.github.florence4j.evaluate.MetricResult;
import io.github.florence4j.metrics.Metric;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Evaluations side by side as text, and what tells them apart. */
final class EvaluateTable {
    private static final int WIDEST_NAME = 44;
    private static final int NAMES = 3;

    private EvaluateTable() {}

    static void print(Comparison comparison, PrintWriter out) {
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("", "checkpoint", "prompt"));
        comparison.metrics().stream().map(Metric::name).forEach(head::add);
        head.addAll(List.of("samples", "rejected", "images/s"));
        table.add(head);
        for (int row = 0; row < comparison.rows().size(); row++) {
            table.add(cells(row, comparison.rows().get(row)));
        }
        lines(table).forEach(out::println);
        out.println();
        for (Comparison.Difference difference : comparison.differences()) {
            out.println(Comparison.letter(difference.to()) + " − " + Comparison.letter(difference.from()) + " = "
                    + Figures.difference(difference.estimate()) + " "
                    + difference.estimate().metric() + (difference.isClear() ? "" : ", not clear"));
        }
        out.println("Scores in hundredths, intervals of "
                + Figures.intervals(comparison.first().score().bootstrap())
                + (comparison.first().limit().isPresent()
                        ? "; samples drawn with seed " + comparison.first().seed()
                        : "; all samples")
                + ".");
    }

    private static List<String> cells(int number, Comparison.Row row) {
        EvaluationResult result = row.result();
        List<String> cells = new ArrayList<>(List.of(
                Comparison.letter(number),
                fitted(row.model()),
                fitted(result.prompt().toString())));
        result.metrics().stream()
                .map(MetricResult::estimate)
                .map(Figures::withInterval)
                .forEach(cells::add);
        cells.add(Integer.toString(result.samples().size()));
        cells.add(Integer.toString(result.rejected().size()));
        cells.add(Figures.rate(result.imagesPerSecond()));
        return cells;
    }

    /** Names to the left, figures to the right. */
    private static List<String> lines(List<List<String>> table) {
        int columns = table.get(0).size();
        int[] widths = new int[columns];
        for (List<String> cells : table) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> cells : table) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String padding = " ".repeat(widths[i] - cells.get(i).length());
                line.append(i < NAMES ? cells.get(i) + padding : padding + cells.get(i))
                        .append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static String fitted(String name) {
        if (name.length() <= WIDEST_NAME) {
            return name;
        }
        int half = (WIDEST_NAME - 1) / 2;
        return name.substring(0, half) + "…" + name.substring(name.length() - half);
    }
}
