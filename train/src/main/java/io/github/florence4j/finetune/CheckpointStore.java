package io.github.florence4j.finetune;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.report.OutputFile;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.train.AdamW;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run, one folder {@code step-N} each: the model or adapter as it is used, and below {@code training}
 * what only resuming needs. A folder appears under its name when it is complete.
 */
final class CheckpointStore {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,})");
    private static final String PART = ".part";
    private static final String TRAINING = "training";
    private static final String STATE = "state.json";
    private static final String OPTIMIZER = "optimizer.safetensors";
    /** The weights that train, where the model holds their average. */
    private static final String WEIGHTS = "weights.safetensors";

    private final Path directory;

    /** The checkpoints below a run's folder. */
    CheckpointStore(Path directory) {
        this.directory = directory;
    }

    /** The tensors of a run. */
    record Tensors(TrainedModel model, AdamW optimizer, @Nullable WeightAverage average) {}

    /**
     * Writes a checkpoint of a step. Where there is one already, only what is known of its validation is new.
     *
     * @throws TrainingFailedException when the disk is full or fails; earlier checkpoints are as they were
     */
    Path save(Tensors tensors, SavedRun run) throws IOException {
        Path folder = folder(run.state().step());
        if (Files.exists(folder)) {
            OutputFile.write(folder.resolve(TRAINING).resolve(STATE), JSON.writeValueAsBytes(run));
            return folder;
        }
        Path beside = directory.resolve(folder.getFileName() + "." + UUID.randomUUID() + PART);
        try {
            Files.createDirectories(beside.resolve(TRAINING));
            write(tensors, run, beside);
            Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
            return folder;
        } catch (IOException e) {
            throw failed(run.state().step(), e);
        } finally {
            delete(beside);
        }
    }

    private void write(Tensors tensors, SavedRun run, Path folder) throws IOException {
        Path training = folder.resolve(TRAINING);
        WeightAverage average = tensors.average();
        if (average == null) {
            tensors.model().save(folder);
        } else {
            SafetensorsWriter.write(training.resolve(WEIGHTS), tensors.model().parameters(), Map.of());
            average.swap();
            try {
                tensors.model().save(folder);
            } finally {
                average.swap();
            }
        }
        SafetensorsWriter.write(training.resolve(OPTIMIZER), tensors.optimizer().state(), Map.of());
        Files.write(training.resolve(STATE), JSON.writeValueAsBytes(run));
    }

    private TrainingFailedException failed(long step, IOException e) throws IOException {
        OptionalLong kept = steps().keySet().stream().mapToLong(Long::longValue).max();
        String left = kept.isPresent()
                ? "the one of step " + kept.getAsLong() + " is intact: --resume goes on from it"
                : "there is no earlier one";
        String free;
        try {
            free = String.format(
                    Locale.ROOT,
                    ", %.1f GB are free",
                    Files.getFileStore(directory).getUsableSpace() / 1e9);
        } catch (IOException unknown) {
            free = "";
        }
        return new TrainingFailedException(
                "the checkpoint of step " + step + " cannot be written to " + directory + " (" + e.getMessage() + free
                        + "); " + left,
                e);
    }

    /** Everything that a checkpoint holds besides tensors. */
    SavedRun read(Path folder) throws IOException {
        return JSON.readValue(Files.readAllBytes(folder.resolve(TRAINING).resolve(STATE)), SavedRun.class);
    }

    /** Puts the tensors of a run back to a checkpoint. */
    void restore(Path folder, Tensors tensors) throws IOException {
        Path training = folder.resolve(TRAINING);
        tensors.model().restore(folder);
        WeightAverage average = tensors.average();
        if (average != null) {
            read(training.resolve(WEIGHTS), weights -> {
                copy(tensors.model().parameters(), average.averages());
                copy(weights, tensors.model().parameters());
            });
        }
        read(training.resolve(OPTIMIZER), state -> tensors.optimizer().restore(state));
    }

    private static void copy(Map<String, Tensor> from, Map<String, Tensor> to) {
        to.forEach((name, tensor) -> {
            Tensor source = from.get(name);
            if (source == null) {
                throw new IllegalArgumentException("the checkpoint has no tensor " + name);
            }
            tensor.copy_(source);
        });
    }

    /** What is done with tensors that are there for as long. */
    private interface Use {
        void take(Map<String, Tensor> tensors) throws IOException;
    }

    private static void read(Path path, Use use) throws IOException {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(path)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.tensors().keySet()) {
                tensors.put(name, file.read(name, DType.FLOAT32));
            }
            use.take(tensors);
        }
    }

    /** The folder of a step, which need not be there. */
    Path folder(long step) {
        return directory.resolve(String.format(Locale.ROOT, "step-%08d", step));
    }

    /** The latest checkpoint, if there is any. */
    Optional<Path> latest() throws IOException {
        return steps().isEmpty()
                ? Optional.empty()
                : Optional.of(steps().lastEntry().getValue());
    }

    /** Removes all but the last few and the best. */
    void prune(int keep, @Nullable Long best) throws IOException {
        List<Map.Entry<Long, Path>> newest =
                new ArrayList<>(steps().descendingMap().entrySet());
        for (Map.Entry<Long, Path> entry : newest.subList(Math.min(keep, newest.size()), newest.size())) {
            if (!entry.getKey().equals(best)) {
                Path doomed = entry.getValue().resolveSibling(entry.getValue().getFileName() + PART);
                Files.move(entry.getValue(), doomed, StandardCopyOption.ATOMIC_MOVE); // no checkpoint any more, at once
                delete(doomed);
            }
        }
    }

    /** Removes what a killed run left unfinished. */
    void clean() throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                for (Path entry : entries.toList()) {
                    if (entry.getFileName().toString().endsWith(PART)) {
                        delete(entry);
                    }
                }
            }
        }
    }

    private TreeMap<Long, Path> steps() throws IOException {
        TreeMap<Long, Path> steps = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                entries.forEach(entry -> {
                    Matcher name = NAME.matcher(entry.getFileName().toString());
                    if (name.matches()) {
                        steps.put(Long.parseLong(name.group(1)), entry);
                    }
                });
            }
        }
        return steps;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
