package io.github.florence4j.finetune;

import io.github.florence4j.hub.HubId;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.train.LoraAdapters;
import io.github.florence4j.train.LoraFiles;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Adapters that train beside frozen weights, and parts that train themselves with them. */
final class TrainedAdapters implements TrainedModel {
    private final Checkpoint base;
    private final String baseName;
    private final TrainingWeights weights;
    private final LoraAdapters adapters;

    /**
     * New adapters.
     *
     * @param base borrowed
     * @param baseName what the adapter's files call the base
     */
    TrainedAdapters(Checkpoint base, String baseName, FineTuneConfig.Lora lora) {
        this.base = base;
        this.baseName = HubId.looksLikeHubId(baseName) ? HubId.parse(baseName).repository() : baseName;
        Set<Part> frozen = EnumSet.allOf(Part.class);
        lora.loraFull().forEach(frozen::remove);
        this.weights = TrainingWeights.of(base.weights(), frozen);
        try {
            this.adapters = LoraAdapters.fresh(weights, lora.options());
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    @Override
    public Map<String, Tensor> parameters() {
        return adapters.parameters();
    }

    @Override
    public Parameters.Source source() {
        return adapters;
    }

    @Override
    public Set<Part> active() {
        return adapters.parts();
    }

    @Override
    public String describe() {
        return adapters.describe();
    }

    @Override
    public void save(Path folder) throws IOException {
        LoraFiles.save(adapters, folder, baseName, KeyLayout.TRANSFORMERS);
    }

    /** Writes the adapters for Python's PEFT, with the module names of the base's own layout where it has them. */
    void export(Path folder) throws IOException {
        LoraFiles.save(adapters, folder, baseName, exportLayout());
    }

    /** The layout of the names that {@link #export} writes. */
    KeyLayout exportLayout() {
        boolean nameless = weights.trained().contains(Part.PROJECTOR); // no module in the original layout
        return nameless ? KeyLayout.TRANSFORMERS : base.layout();
    }

    @Override
    public void restore(Path folder) throws IOException {
        try (LoraAdapters saved = LoraFiles.load(folder, base.weights());
                NoGrad noGrad = new NoGrad()) {
            Map<String, Tensor> tensors = saved.parameters();
            parameters().forEach((name, parameter) -> parameter.copy_(tensors.get(name)));
        }
    }

    @Override
    public Weights result() {
        return adapters.merged();
    }

    @Override
    public void close() {
        adapters.close();
        weights.close();
    }
}
