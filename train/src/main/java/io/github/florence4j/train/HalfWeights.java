package io.github.florence4j.train;

import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Frozen weights whose matrices and kernels are copies in bfloat16, so that autocast need not cast them at every use; those
 * of normalizations stay as they are.
 */
final class HalfWeights implements Parameters.Source, AutoCloseable {
    private final Parameters.Source source;
    private final List<Tensor> copies = new ArrayList<>();

    HalfWeights(Parameters.Source source) {
        this.source = source;
    }

    @Override
    public Tensor get(String name) {
        Tensor tensor = source.get(name);
        if (name.contains("norm")) {
            return tensor;
        }
        Tensor copy = Scopes.own(() -> tensor.detach().to(DType.BFLOAT16.scalarType()));
        copies.add(copy);
        return copy;
    }

    @Override
    public boolean has(String name) {
        return source.has(name);
    }

    /** Frees the copies. */
    @Override
    public void close() {
        copies.forEach(Tensor::close);
    }
}
