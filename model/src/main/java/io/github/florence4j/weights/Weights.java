package io.github.florence4j.weights;

import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.file.InvalidWeightsException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a model by transformers name. The token table is held once; the names tied to it give the same tensor.
 * They belong to no {@code PointerScope}, are shared by all threads and must not be written to: they may be views of the
 * mapped file (see {@link io.github.florence4j.torch.file.WeightFile#read}).
 */
public final class Weights implements Parameters.Source, AutoCloseable {
    private final Map<String, Tensor> tensors;
    private final boolean owned;

    private Weights(Map<String, Tensor> tensors, boolean owned) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.owned = owned;
    }

    /**
     * Takes over tensors that belong to no scope; closing frees them.
     *
     * @param tensors by transformers name, tied names left out, in order
     */
    public static Weights owning(Map<String, Tensor> tensors) {
        return new Weights(tensors, true);
    }

    /** A view of tensors that belong to someone else, such as a model in training; closing does nothing. */
    public static Weights borrowing(Map<String, Tensor> tensors) {
        return new Weights(tensors, false);
    }

    /**
     * The tensor with a transformers name, a tied one included; it stays this object's.
     *
     * @throws InvalidWeightsException when there is none
     */
    @Override
    public Tensor get(String name) {
        Tensor tensor = find(name);
        if (tensor == null) {
            throw new InvalidWeightsException("the weights have no tensor " + name);
        }
        return tensor;
    }

    /** Whether there is a tensor with this name, a tied one included. */
    @Override
    public boolean has(String name) {
        return find(name) != null;
    }

    /** The names of the tensors, tied ones once, in order. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** The names that stand for the token table beside its own. */
    public List<String> tied() {
        return TensorNames.TIED;
    }

    /** The number of parameters whose names begin with {@code prefix}; buffers do not count, tied ones count once. */
    public long parameterCount(String prefix) {
        return tensors.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && !TensorNames.isBuffer(entry.getKey()))
                .mapToLong(entry -> entry.getValue().numel())
                .sum();
    }

    private @Nullable Tensor find(String name) {
        return tensors.get(TensorNames.untied(name));
    }

    /** Frees the tensors; using one afterwards throws a {@code NullPointerException}. */
    @Override
    public void close() {
        if (owned) {
            tensors.values().forEach(Tensor::close);
        }
    }
}
