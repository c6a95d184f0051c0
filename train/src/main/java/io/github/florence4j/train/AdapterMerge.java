package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes a checkpoint into which adapters have been merged (reference: PEFT's {@code merge_and_unload}). */
public final class AdapterMerge {
    private AdapterMerge() {}

    /**
     * Merges in single precision and saves a checkpoint folder with the base's tokenizer and image processor. The folder
     * appears whole or not at all.
     *
     * @param base the checkpoint folder that the adapters were trained on
     * @param adapter a folder with PEFT's files; null to only write the base anew
     * @param output must not exist, or be empty
     * @param dtype the precision of the saved tensors
     * @param layout the layout of the saved names, whatever that of the base
     * @throws IllegalArgumentException when the output has files in it, or the adapters do not fit the base
     */
    public static void run(Path base, @Nullable Path adapter, Path output, DType dtype, KeyLayout layout)
            throws IOException {
        Path target = output.toAbsolutePath().normalize();
        requireEmpty(target);
        Files.createDirectories(target.getParent());
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            write(base, adapter, beside, dtype, layout);
            Files.deleteIfExists(target);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(beside);
        }
    }

    private static void write(Path base, @Nullable Path adapter, Path folder, DType dtype, KeyLayout layout)
            throws IOException {
        try (Checkpoint checkpoint = Checkpoint.load(base, DType.FLOAT32)) {
            if (adapter == null) {
                CheckpointWriter.save(checkpoint.weights(), checkpoint.config(), layout, dtype, folder);
            } else {
                try (LoraAdapters adapters = LoraFiles.load(adapter, checkpoint.weights());
                        Weights merged = adapters.merged()) {
                    CheckpointWriter.save(merged, checkpoint.config(), layout, dtype, folder);
                }
            }
            CheckpointWriter.copyProcessorFiles(base, folder, checkpoint.config(), layout);
        }
    }

    private static void requireEmpty(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                empty = files.findAny().isEmpty();
            }
        }
        if (!empty) {
            throw new IllegalArgumentException(
                    target + " is there already; expected a new folder, or an empty one, for the merged checkpoint");
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }
}
