package io.github.florence4j.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A depthwise 3 x 3 convolution that is added to its input. With weights that never change the addition is a one in the middle
 * of each kernel: that saves reading and writing the map once more.
 */
final class ResidualConvolution {
    private final Convolution convolution;
    private final boolean folded;

    /**
     * A residual convolution.
     *
     * @param folded whether the weights of {@code convolution} are {@link #plusIdentity} already
     */
    ResidualConvolution(Convolution convolution, boolean folded) {
        this.convolution = convolution;
        this.folded = folded;
    }

    /** Weights {@code (c, 1, 3, 3)} that give the input besides. */
    static Tensor plusIdentity(Tensor weight) {
        Tensor kernel = weight.clone();
        kernel.select(3, 1).select(2, 1).add_(new Scalar(1.0));
        return kernel;
    }

    /** {@code x + conv(x)} of {@code x (b, y, x, c)}. */
    Tensor forward(Tensor map) {
        Tensor result = convolution.forward(map);
        return folded ? result : Residual.add(result, map);
    }
}
