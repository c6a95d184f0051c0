package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.evaluate.Comparison;
import io.github.florence4j.evaluate.EvaluationResult;
import io.github.florence4j.evaluate.SampleResult;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.report.OutputFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What came of a demo.
 *
 * @param comparison the untaught model with its three prompts, and the taught one last
 * @param seconds how long all of it took
 * @param peakBytes the most memory that the process had, where the system tells
 * @param report the report's page
 * @param checkpoint the folder of the taught model
 * @param page a picture of a page of the test
 */
record DemoResult(
        Comparison comparison, double seconds, OptionalLong peakBytes, Path report, Path checkpoint, Path page) {
    private static final int SHOWN = 10;
    private static final double HUNDREDTHS = 100;

    /** The score of the taught model. */
    Estimate after() {
        return taught().score();
    }

    /** The best score of the untaught model, of all prompts. */
    double before() {
        return untaught().stream()
                .mapToDouble(row -> row.result().score().value())
                .max()
                .orElse(Double.NaN);
    }

    private List<Comparison.Row> untaught() {
        return comparison.rows().subList(0, comparison.rows().size() - 1);
    }

    private EvaluationResult taught() {
        return comparison.rows().get(comparison.rows().size() - 1).result();
    }

    /** Scores in hundredths, the best of the three prompts before, the taught model's with its interval after. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("before", HUNDREDTHS * before()).put("after", HUNDREDTHS * after().value());
        json.putArray("ci").add(HUNDREDTHS * after().low()).add(HUNDREDTHS * after().high());
        return json.put("seconds", seconds).put("report", report.toString()).put("checkpoint", checkpoint.toString());
    }

    /** Writes the JSON object to a file. */
    void write(Path file) throws IOException {
        OutputFile.write(file, (json().toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Tells all of it to people. */
    void print(PrintWriter out) {
        EvaluateTable.print(comparison, out);
        out.println();
        out.println("Some questions of the test, what is right, and what the model said before and after:");
        printAnswers(out);
        out.println();
        out.printf(
                Locale.ROOT,
                "%.0f seconds%s%n",
                seconds,
                peakBytes.isPresent()
                        ? String.format(Locale.ROOT, ", %.1f GB of memory at most", peakBytes.getAsLong() / 1e9)
                        : "");
        out.println("report:     " + report);
        out.println("checkpoint: " + checkpoint);
        out.println();
        out.println("Ask it about a page of the test, or of yours:");
        out.println(
                "  florence4j run --model " + checkpoint + " --task '<DocVQA>' --text '" + question(0) + "' " + page);
        out.println("Teach the big model your documents (questions.csv: image,question,answer):");
        out.println("  florence4j finetune --model microsoft/Florence-2-base-ft \\");
        out.println("      --train 'csv:questions.csv?prompt=<DocVQA>{question}' --lr 5e-6 \\");
        out.println("      --freeze vision_tower --feature-cache runs/features --output runs/mine");
    }

    private void printAnswers(PrintWriter out) {
        List<SampleResult> before = untaught().get(0).result().samples();
        List<SampleResult> after = taught().samples();
        int shown = Math.min(SHOWN, after.size());
        for (int i = 0; i < shown; i++) {
            int place = i * after.size() / shown; // over the whole test
            SampleResult sample = after.get(place);
            out.println("  " + question(place));
            out.println("    right:  " + String.join(" | ", sample.answers()));
            out.println("    before: " + oneLine(before.get(place).text()));
            out.println("    after:  " + oneLine(sample.text()));
        }
    }

    private String question(int place) {
        return taught().samples().get(place).question().replaceFirst("^<[^>]*>", "");
    }

    private static String oneLine(String text) {
        return text.isBlank() ? "(nothing)" : text.replaceAll("\\s+", " ");
    }
}
