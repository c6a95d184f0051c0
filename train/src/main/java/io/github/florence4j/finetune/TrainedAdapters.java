package io.github.florence4j.finetune;

import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.train.LoraAdapters;
import io.github.florence4j.train.LoraFiles;
import io.github.florence4j.train.LoraOptions;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Adapters that train beside frozen weights. */
final class TrainedAdapters implements TrainedModel {
    private final Weights base;
    private final String baseName;
    private final LoraAdapters adapters;

    /**
     * New adapters.
     *
     * @param base borrowed
     * @param baseName what the adapter's files call the base
     */
    TrainedAdapters(Weights base, String baseName, LoraOptions options) {
        this.base = base;
        this.baseName = baseName;
        this.adapters = LoraAdapters.fresh(base, options);
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
        long count = parameters().values().stream().mapToLong(Tensor::numel).sum();
        return String.format(
                Locale.ROOT,
                "%,d parameters of adapters of rank %d train beside %,d frozen ones",
                count,
                adapters.options().rank(),
                base.parameterCount(""));
    }

    @Override
    public void save(Path folder) throws IOException {
        LoraFiles.save(adapters, folder, baseName);
    }

    @Override
    public void restore(Path folder) throws IOException {
        try (LoraAdapters saved = LoraFiles.load(folder, base);
                NoGrad noGrad = new NoGrad()) {
            parameters().forEach((name, parameter) -> parameter.copy_(saved.parameters().get(name)).close());
        }
    }

    @Override
    public Weights result() {
        return adapters.merged();
    }

    @Override
    public void close() {
        adapters.close();
    }
}
