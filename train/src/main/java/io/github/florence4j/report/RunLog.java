package io.github.florence4j.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The log of a training run in its output folder: {@value #FILE} and a TensorBoard event file.
 *
 * <p>{@value #FILE} has one JSON object a line. {@code "kind": "train"} has {@code step}, {@code epoch}, {@code loss},
 * {@code lr}, {@code grad_norm}, {@code images_per_s}, {@code tokens_per_s}, {@code seconds} and {@code rss_gb};
 * {@code "kind": "validation"} has {@code step}, {@code epoch}, {@code loss}, {@code samples} and {@code metrics}, an object
 * of {@code {value, low, high, samples, confidence, resamples, seed}} by name. A number that is not finite is {@code null},
 * because JSON has no other word for it that every reader takes; it comes back as NaN. TensorBoard gets the number as it is,
 * under {@code train/loss}, {@code train/lr}, {@code train/grad_norm}, {@code train/images_per_s}, {@code validation/loss}
 * and {@code validation/<metric>}.
 *
 * <p>A point is with the operating system when {@link #add} returns, so that it outlives the process. For one thread.
 */
public final class RunLog implements AutoCloseable {
    /** Name of the file of JSON lines. */
    public static final String FILE = "metrics.jsonl";

    private final FileChannel rows;
    private final EventFile events;
    private final List<RunPoint> history;

    private RunLog(FileChannel rows, EventFile events, List<RunPoint> history) {
        this.rows = rows;
        this.events = events;
        this.history = history;
    }

    /**
     * Opens the log of a folder, which is made when it does not exist. What is there about steps after {@code lastStep} is
     * dropped, as is a last line that was cut off; the event file makes TensorBoard do likewise.
     *
     * @param lastStep the step from which training goes on; 0 for a new run, which drops everything
     * @throws IOException when it cannot be written, or {@value #FILE} holds anything else than such rows
     */
    public static RunLog open(Path folder, long lastStep) throws IOException {
        return open(folder, lastStep, Clock.systemUTC(), EventFile.hostName());
    }

    static RunLog open(Path folder, long lastStep, Clock clock, String host) throws IOException {
        if (lastStep < 0) {
            throw new IllegalArgumentException("the last step must be at least 0, found " + lastStep);
        }
        Files.createDirectories(folder);
        Path file = folder.resolve(FILE);
        List<RunPoint> kept = new ArrayList<>();
        if (lastStep > 0 && Files.exists(file)) {
            read(file).stream().filter(point -> point.step() <= lastStep).forEach(kept::add);
        }
        rewrite(file, kept);
        FileChannel rows = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        try {
            long firstStep = lastStep == 0 ? 0 : lastStep + 1;
            return new RunLog(rows, EventFile.begin(folder, firstStep, clock, host), kept);
        } catch (IOException e) {
            rows.close();
            throw e;
        }
    }

    /**
     * The points of a file of rows, in their order; a last line that was cut off is left out.
     *
     * @param file a {@value #FILE}
     * @throws IOException when it cannot be read or holds anything else than such rows
     */
    public static List<RunPoint> read(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8); // a cut character is no error
        List<String> lines = text.lines().toList();
        List<RunPoint> points = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            RunPoint point = RunPointJson.read(lines.get(i));
            if (point != null) {
                points.add(point);
            } else if (i < lines.size() - 1 || text.endsWith("\n")) {
                throw new IOException(file + ", line " + (i + 1) + ", is not a row of a training log");
            }
        }
        return points;
    }

    /** Adds a point to both files. */
    public void add(RunPoint point) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((RunPointJson.write(point) + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            rows.write(line);
        }
        events.scalars(point.step(), scalars(point));
        history.add(point);
    }

    /** All points of the run up to now, those of before it was resumed included; a copy. */
    public List<RunPoint> history() {
        return List.copyOf(history);
    }

    @Override
    public void close() throws IOException {
        try (events) {
            rows.close();
        }
    }

    private static Map<String, Double> scalars(RunPoint point) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        if (point instanceof TrainingPoint training) {
            scalars.put("train/loss", training.loss());
            scalars.put("train/lr", training.learningRate());
            scalars.put("train/grad_norm", training.gradientNorm());
            scalars.put("train/images_per_s", training.imagesPerSecond());
        } else if (point instanceof ValidationPoint validation) {
            if (!Double.isNaN(validation.loss())) {
                scalars.put("validation/loss", validation.loss());
            }
            validation.metrics().forEach((name, estimate) -> scalars.put("validation/" + name, estimate.value()));
        }
        return scalars;
    }

    private static void rewrite(Path file, List<RunPoint> points) throws IOException {
        StringBuilder text = new StringBuilder();
        points.forEach(point -> text.append(RunPointJson.write(point)).append('\n'));
        OutputFile.write(file, text.toString());
    }
}
