package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.linear;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A linear layer on its weights as they are stored: {@code x Wᵀ + b}. */
final class DenseLinear implements Linear {
    private final Tensor weight; // (out, in)
    private final TensorOptional bias; // (out)

    DenseLinear(Tensor weight, TensorOptional bias) {
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        return linear(x, weight, bias);
    }
}
