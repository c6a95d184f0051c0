package io.github.florence4j.evaluate;

import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.metrics.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluations of several checkpoints and prompts on the same samples, side by side.
 *
 * @param rows at least one; all measured alike
 * @param settings what else the figures depend on, by name, for the report
 * @param differences which row is better than which, and by how much
 */
public record Comparison(List<Row> rows, Map<String, String> settings, List<Difference> differences) {
    /** With more rows than this, each is compared with the first one only. */
    private static final int ROWS_WITH_ALL_PAIRS = 4;

    /**
     * A checkpoint with a prompt.
     *
     * @param model what the checkpoint is called
     * @param result its evaluation
     */
    public record Row(String model, EvaluationResult result) {}

    /**
     * How much higher the score of one row is than that of another.
     *
     * @param from the row that is subtracted
     * @param to the other row
     * @param estimate the difference with its interval, from the same samples redrawn for both
     */
    public record Difference(int from, int to, Estimate estimate) {
        /** Whether the interval leaves out 0. */
        public boolean isClear() {
            return estimate.low() > 0 || estimate.high() < 0;
        }
    }

    /** Copies the lists. */
    public Comparison {
        rows = List.copyOf(rows);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        differences = List.copyOf(differences);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("a comparison has at least one row, found none");
        }
    }

    /** Compares rows: all pairs of up to four, else each with the first. */
    public static Comparison of(List<Row> rows, Map<String, String> settings) {
        List<Difference> differences = new ArrayList<>();
        for (int from = 0; from < rows.size(); from++) {
            for (int to = from + 1; to < rows.size(); to++) {
                if (from == 0 || rows.size() <= ROWS_WITH_ALL_PAIRS) {
                    addDifferences(differences, rows, from, to);
                }
            }
        }
        return new Comparison(rows, settings, differences);
    }

    private static void addDifferences(List<Difference> differences, List<Row> rows, int from, int to) {
        List<MetricResult> base = rows.get(from).result().metrics();
        List<MetricResult> other = rows.get(to).result().metrics();
        for (int metric = 0; metric < base.size(); metric++) {
            Optional<Estimate> difference = base.get(metric).difference(other.get(metric));
            if (difference.isPresent()) {
                differences.add(new Difference(from, to, difference.get()));
            }
        }
    }

    /** The metrics, in the order of every row. */
    public List<Metric> metrics() {
        return first().metrics().stream().map(MetricResult::metric).toList();
    }

    /** The first row's evaluation. */
    public EvaluationResult first() {
        return rows.get(0).result();
    }

    /** The name of a row in tables: A, B, …, Z, AA, … */
    public static String letter(int row) {
        String last = String.valueOf((char) ('A' + row % 26));
        return row < 26 ? last : letter(row / 26 - 1) + last;
    }
}
