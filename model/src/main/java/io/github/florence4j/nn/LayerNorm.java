package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.layer_norm;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Layer normalisation over the last axis with weight and bias, eps 1e-5 everywhere in Florence-2. */
final class LayerNorm {
    static final double EPS = 1e-5;

    private final long[] shape;
    private final TensorOptional weight; // (c)
    private final TensorOptional bias; // (c)

    LayerNorm(Tensor weight, Tensor bias) {
        this.shape = new long[] {weight.size(0)};
        this.weight = new TensorOptional(weight);
        this.bias = new TensorOptional(bias);
    }

    Tensor forward(Tensor x) {
        return layer_norm(x, shape, weight, bias, EPS, false);
    }
}
