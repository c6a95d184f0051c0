package io.github.florence4j.synth.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.florence4j.synth.content.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a data set: {@code train-*.parquet} and {@code test-*.parquet} in the columns of DocumentVQA,
 * {@code train/annotations.jsonl} and {@code test/annotations.jsonl} beside their images, and {@code synth.json}, which says
 * how it was made. The folder appears whole or not at all.
 */
public final class DataSetWriter {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private DataSetWriter() {}

    /**
     * Writes a data set.
     *
     * @param folder does not exist yet, or is empty
     * @return what was written for each split that has documents
     * @throws IOException if the folder holds something or cannot be written
     * @throws IllegalArgumentException if the pages are too small for legible letters
     */
    public static List<WrittenSplit> write(Path folder, DataSetOptions options, ProgressListener progress)
            throws IOException {
        requireFree(folder);
        Path target = folder.toAbsolutePath();
        Path parent = target.getParent();
        if (parent == null) {
            throw new IOException("a data set cannot be written to " + folder);
        }
        Files.createDirectories(parent);
        // Not a temporary directory of the JDK, which only its owner could read after the move.
        Path beside = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.createDirectory(beside);
            List<WrittenSplit> written = splits(beside, options, progress);
            Files.writeString(beside.resolve("synth.json"), description(options, written));
            Files.deleteIfExists(target);
            Files.move(beside, target);
            return written;
        } finally {
            delete(beside);
        }
    }

    private static void requireFree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is a file; expected a folder that is new or empty");
        }
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.findAny().isPresent()) {
                throw new IOException(folder + " is not empty; expected a folder that is new or empty");
            }
        }
    }

    private static List<WrittenSplit> splits(Path folder, DataSetOptions options, ProgressListener progress)
            throws IOException {
        int total = options.documents() + options.testDocuments();
        List<WrittenSplit> written = new ArrayList<>();
        if (options.documents() > 0) {
            written.add(new SplitWriter(options, Split.TRAIN, folder)
                    .write(options.documents(), done -> progress.documents(done, total)));
        }
        if (options.testDocuments() > 0) {
            written.add(new SplitWriter(options, Split.TEST, folder)
                    .write(options.testDocuments(), done -> progress.documents(options.documents() + done, total)));
        }
        return written;
    }

    private static String description(DataSetOptions options, List<WrittenSplit> written) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seed", options.seed());
        json.put("width", options.width());
        json.put("height", options.height());
        json.put(
                "kinds",
                options.settings().kinds().stream().map(Object::toString).toList());
        json.put(
                "fonts",
                options.settings().families().stream().map(Object::toString).toList());
        json.put("min_x_height", options.settings().minXHeight());
        json.put("colour", options.settings().colour());
        Map<String, String> effects = new LinkedHashMap<>();
        effects.put("paper", options.settings().effects().paper().toString());
        effects.put("skew", options.settings().effects().skew().toString());
        effects.put("noise", options.settings().effects().noise().toString());
        effects.put("jpeg", options.settings().effects().jpeg().toString());
        json.put("effects", effects);
        json.put("tasks", options.tasks().stream().map(ReadingTask::prefix).toList());
        Map<String, Object> splits = new LinkedHashMap<>();
        for (WrittenSplit split : written) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("documents", split.documents());
            entry.put("questions", split.questions());
            entry.put("examples", split.examples());
            entry.put("sha256", split.hash());
            splits.put(split.split().toString(), entry);
        }
        json.put("splits", splits);
        return JSON.writeValueAsString(json) + "\n";
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
