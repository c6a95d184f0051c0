package io.github.florence4j.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.SampleSource;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of an evaluation: {@code predictions.jsonl}, {@code summary.json}, {@code report.html} and, for a report with all
 * samples, {@code images/}. They are written beside and then moved, so that each is there whole or not at all.
 */
public final class EvaluationFolder {
    private static final String IMAGES = "images";
    private static final int NAME_LENGTH = 20;

    /**
     * What the report shows beside the figures.
     *
     * @param gallery how many samples are shown with their pictures within the page, worst first; {@link #ALL} for all, with
     *     the pictures in a folder beside it
     * @param curves drawings of the training in SVG, which are taken as they are
     */
    public record ReportOptions(int gallery, List<String> curves) {
        /** All samples. */
        public static final int ALL = Integer.MAX_VALUE;

        /** The 200 worst samples and no curves. */
        public static final ReportOptions DEFAULTS = new ReportOptions(200, List.of());

        /** Checks the number. */
        public ReportOptions {
            curves = List.copyOf(curves);
            if (gallery < 0) {
                throw new IllegalArgumentException("the gallery has " + gallery + " samples; expected 0 or more");
            }
        }
    }

    private EvaluationFolder() {}

    /**
     * Writes the files; those of the same names are replaced.
     *
     * @param directory made when it does not exist
     * @param source what was evaluated, for the pictures
     * @param evaluation the options of the evaluation
     */
    public static void write(
            Path directory,
            Comparison comparison,
            SampleSource source,
            EvaluationOptions evaluation,
            ReportOptions report)
            throws IOException {
        Files.createDirectories(directory);
        Path beside = Files.createDirectory(directory.resolve(".evaluation-" + UUID.randomUUID() + ".part"));
        try {
            predictions(beside.resolve("predictions.jsonl"), comparison);
            Files.writeString(
                    beside.resolve("summary.json"),
                    ComparisonJson.summary(comparison).toPrettyString() + "\n");
            Gallery gallery = Gallery.worst(comparison, report.gallery());
            Map<String, String> images = images(
                    gallery,
                    Evaluation.chosen(source, evaluation),
                    new Pass(evaluation.seed(), 0),
                    report.gallery() == ReportOptions.ALL ? beside.resolve(IMAGES) : null);
            Files.writeString(
                    beside.resolve("report.html"),
                    new HtmlReport(comparison, report.curves()).page(gallery.json(images)));
            move(beside, directory);
        } finally {
            delete(beside);
        }
    }

    private static void predictions(Path file, Comparison comparison) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int row = 0; row < comparison.rows().size(); row++) {
                Comparison.Row own = comparison.rows().get(row);
                for (int place = 0; place < own.result().samples().size(); place++) {
                    lines.write(mapper.writeValueAsString(ComparisonJson.prediction(row, own, place)));
                    lines.write('\n');
                }
            }
        }
    }

    /** The addresses of the pictures: data URIs, or files in a folder beside the page. */
    private static Map<String, String> images(Gallery gallery, SampleSource source, Pass pass, @Nullable Path folder)
            throws IOException {
        Map<String, String> addresses = new LinkedHashMap<>();
        if (folder != null) {
            Files.createDirectory(folder);
        }
        Thumbnails.make(source, pass, gallery.pictures(), (hash, jpeg) -> {
            if (folder == null) {
                addresses.put(
                        hash, "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg));
            } else {
                String name = hash.substring(0, NAME_LENGTH) + ".jpg";
                Files.write(folder.resolve(name), jpeg);
                addresses.put(hash, IMAGES + "/" + name);
            }
        });
        return addresses;
    }

    /** The page last: once it is there, everything is. */
    private static void move(Path from, Path directory) throws IOException {
        Path images = from.resolve(IMAGES);
        if (Files.isDirectory(images)) {
            Path target = Files.createDirectories(directory.resolve(IMAGES));
            try (Stream<Path> files = Files.list(images)) {
                for (Path file : files.toList()) {
                    replace(file, target.resolve(file.getFileName()));
                }
            }
        }
        for (String name : List.of("predictions.jsonl", "summary.json", "report.html")) {
            replace(from.resolve(name), directory.resolve(name));
        }
    }

    private static void replace(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
