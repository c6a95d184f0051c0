package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.NewFolder;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
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
        NewFolder.write(output, "the merged checkpoint", folder -> write(base, adapter, folder, dtype, layout));
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
}
