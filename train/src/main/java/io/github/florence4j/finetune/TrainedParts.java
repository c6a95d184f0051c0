package io.github.florence4j.finetune;

import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Weights that train themselves. */
final class TrainedParts implements TrainedModel {
    private final Checkpoint base;
    private final Path processorFiles;
    private final TrainingWeights weights;

    /**
     * The parts of a checkpoint that are not frozen.
     *
     * @param base borrowed; its tensors change
     * @param folder where the checkpoint lies, for the files of tokenizer and image processor
     */
    TrainedParts(Checkpoint base, Path folder, Set<Part> frozen) {
        this.base = base;
        this.processorFiles = folder;
        this.weights = TrainingWeights.inPlace(base.weights(), frozen);
    }

    /** The weights, for further leaves on the same memory. */
    TrainingWeights weights() {
        return weights;
    }

    @Override
    public Map<String, Tensor> parameters() {
        return weights.parameters();
    }

    @Override
    public Parameters.Source source() {
        return weights;
    }

    @Override
    public Set<Part> active() {
        return weights.trained();
    }

    @Override
    public String describe() {
        return weights.describe();
    }

    @Override
    public void save(Path folder) throws IOException {
        CheckpointWriter.save(weights.current(), base.config(), base.layout(), DType.FLOAT32, folder);
        CheckpointWriter.copyProcessorFiles(processorFiles, folder);
    }

    @Override
    public void restore(Path folder) throws IOException {
        try (Checkpoint saved = Checkpoint.load(folder, DType.FLOAT32);
                NoGrad noGrad = new NoGrad()) {
            parameters()
                    .forEach(
                            (name, parameter) -> parameter.copy_(saved.weights().get(name)));
        }
    }

    @Override
    public Weights result() {
        return weights.current();
    }

    @Override
    public void close() {
        weights.close();
    }
}
