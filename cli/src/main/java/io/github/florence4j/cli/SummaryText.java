package io.github.florence4j.cli;

import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.weights.CheckpointSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The summary of a checkpoint for readers. */
final class SummaryText {
    private SummaryText() {}

    static List<String> lines(Path directory, CheckpointSummary summary) {
        List<String> lines = new ArrayList<>();
        VisionConfig vision = summary.config().vision();
        TextConfig text = summary.config().text();
        lines.add(row("checkpoint", directory));
        lines.add(row("layout", summary.layout().name().toLowerCase(Locale.ROOT)));
        lines.add(row(
                "files",
                summary.files().stream()
                        .map(file -> file.getFileName().toString())
                        .collect(Collectors.joining(", "))));
        lines.add(row("tensors", summary.entries()));
        summary.bytes()
                .forEach((dtype, count) ->
                        lines.add(row(dtype.name().toLowerCase(Locale.ROOT), megabytes(count) + " MB stored")));
        lines.add("");
        summary.parameters()
                .forEach((part, count) -> lines.add(row(part.name().toLowerCase(Locale.ROOT), grouped(count))));
        lines.add(row("all parameters", grouped(summary.parameterCount())));
        lines.add(row("tied to the token table", String.join(", ", summary.tied())));
        lines.add("");
        lines.add(row("depths", vision.depths()));
        lines.add(row("widths", vision.embedDim()));
        lines.add(row("heads / groups", vision.numHeads() + " / " + vision.numGroups()));
        lines.add(row("window", vision.windowSize()));
        lines.add(row("d_model", text.dModel()));
        lines.add(row("encoder + decoder layers", text.encoderLayers() + " + " + text.decoderLayers()));
        lines.add(row("vocabulary rows", text.vocabSize()));
        lines.add(row("positions", text.maxPositionEmbeddings()));
        lines.add(row("beams", summary.config().generation().numBeams()));
        summary.report().ignored().forEach(name -> lines.add(row("ignored", name)));
        summary.report().warnings().forEach(warning -> lines.add(row("warning", warning)));
        return lines;
    }

    private static String row(String name, Object value) {
        return String.format("%-25s %s", name, value);
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / 1e6);
    }
}
