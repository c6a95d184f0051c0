package io.github.florence4j.finetune;

import io.github.florence4j.nn.Parameters;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** What trains in a run: the weights of some parts themselves, or adapters beside them. */
sealed interface TrainedModel extends AutoCloseable permits TrainedParts, TrainedAdapters {
    /** The tensors that train, each once, by name. */
    Map<String, Tensor> parameters();

    /** Where the network takes its layers from. */
    Parameters.Source source();

    /** The parts that something of trains. */
    Set<Part> active();

    /** One sentence: how many parameters train, of how many. */
    String describe();

    /** Writes what trains so that {@link #restore} brings it back to the bit; the folder loads as a model or an adapter. */
    void save(Path folder) throws IOException;

    /** Takes back what {@link #save} wrote. */
    void restore(Path folder) throws IOException;

    /** The whole model as it is now, adapters merged; the caller closes it. */
    Weights result();

    @Override
    void close();
}
