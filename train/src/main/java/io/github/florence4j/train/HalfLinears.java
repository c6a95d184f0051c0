package io.github.florence4j.train;

import io.github.florence4j.nn.LinearGroup;
import io.github.florence4j.nn.Regularization;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** Linear layers of one input that train. */
final class HalfLinears implements LinearGroup, AutoCloseable {
    private final List<HalfLinear> layers;
    private final PackedProduct packed;

    HalfLinears(List<HalfLinear> layers) {
        this.layers = layers;
        this.packed = HalfLinear.product(layers);
    }

    @Override
    public List<Tensor> forward(Tensor x, Regularization regularization) {
        return layers.stream().allMatch(HalfLinear::isHalf) && packed.takes(x, regularization)
                ? packed.of(x, regularization)
                : layers.stream().map(layer -> layer.forward(x, regularization)).toList();
    }

    @Override
    public List<Tensor> matrices(Regularization regularization) {
        List<Tensor> matrices = layers.stream()
                .map(layer -> layer.matrix(regularization))
                .filter(Objects::nonNull)
                .toList();
        return matrices.size() == layers.size() ? matrices : List.of();
    }

    /** Frees what the layers have in common. */
    @Override
    public void close() {
        packed.close();
    }
}
