package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains the model that transformers saved ({@code tools/interchange.py save}) and saves checkpoints and adapters for
 * {@code tools/interchange.py check}. Run by hand, with the folder of the resources as argument.
 */
final class InterchangeFiles {
    private static final int STEPS = 4;
    private static final LoraTargets TARGETS = LoraTargets.parse(".*(qkv|ffn\\.fc2|_proj|layers\\.\\d\\.fc1)");

    private InterchangeFiles() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        try (Checkpoint checkpoint = Checkpoint.load(folder.resolve("transformers-saved"), DType.FLOAT32)) {
            checkpoints(folder, checkpoint);
            adapter(folder, checkpoint, KeyLayout.TRANSFORMERS, "florence4j-adapter", Part.PROJECTOR, Part.EMBEDDINGS);
            adapter(folder, checkpoint, KeyLayout.MICROSOFT, "florence4j-adapter-microsoft");
        }
    }

    private static void checkpoints(Path folder, Checkpoint checkpoint) throws IOException {
        try (TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), Set.of())) {
            TrainingNetwork network = new TrainingNetwork(checkpoint.config(), weights, weights.trained());
            train(folder, checkpoint, network, weights.parameters());
            for (KeyLayout layout : KeyLayout.values()) {
                Path target = folder.resolve("florence4j-" + layout.name().toLowerCase(Locale.ROOT));
                CheckpointWriter.save(weights.current(), checkpoint.config(), layout, DType.FLOAT32, target);
            }
        }
    }

    private static void adapter(Path folder, Checkpoint checkpoint, KeyLayout layout, String name, Part... trained)
            throws IOException {
        Seeds.set(5);
        Set<Part> frozen = EnumSet.allOf(Part.class);
        frozen.removeAll(Set.of(trained));
        LoraOptions options = new LoraOptions(2, 8, true, 0.1, TARGETS, Map.of("fc2", 3), Map.of("q_proj", 6.0));
        try (TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), frozen);
                LoraAdapters adapters = LoraAdapters.fresh(weights, options)) {
            TrainingNetwork network = new TrainingNetwork(checkpoint.config(), adapters, adapters.parts());
            train(folder, checkpoint, network, adapters.parameters());
            LoraFiles.save(adapters, folder.resolve(name), "transformers-saved", layout);
        }
    }

    private static void train(
            Path folder, Checkpoint checkpoint, TrainingNetwork network, Map<String, Tensor> parameters)
            throws IOException {
        try (AdamW optimizer = new AdamW(parameters, AdamW.Options.DEFAULT);
                PointerScope scope = new PointerScope()) {
            TrainingStep step = new TrainingStep(network, DType.FLOAT32, 128);
            Gradients gradients = new Gradients(parameters);
            TrainingBatch batch = batch(folder, checkpoint);
            for (int i = 0; i < STEPS; i++) {
                gradients.clear();
                gradients.normalize(step.accumulate(batch).tokens(), 1);
                optimizer.step(1e-2);
            }
        }
    }

    /** The batch that all of it was made with; 64 x 64 pixels. */
    static TrainingBatch batch(Path folder, Checkpoint checkpoint) throws IOException {
        int visual = checkpoint.config().vision().visualTokens(64, 64);
        return TinyTraining.batch(folder.resolve("batch.safetensors"), visual, DType.FLOAT32);
    }
}
