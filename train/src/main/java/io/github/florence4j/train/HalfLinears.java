package io.github.florence4j.train;

import io.github.florence4j.nn.LinearGroup;
import io.github.florence4j.nn.Regularization;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** Linear layers of one input that train. */
record HalfLinears(List<HalfLinear> layers) implements LinearGroup {
    @Override
    public List<Tensor> forward(Tensor x, Regularization regularization) {
        return layers.stream().map(layer -> layer.forward(x, regularization)).toList();
    }

    @Override
    public List<Tensor> matrices(Regularization regularization) {
        List<Tensor> matrices = layers.stream()
                .map(layer -> layer.matrix(regularization))
                .filter(Objects::nonNull)
                .toList();
        return matrices.size() == layers.size() ? matrices : List.of();
    }
}
