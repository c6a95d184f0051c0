package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.conv2d;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A 2-D convolution with bias on channels-last maps, so that tokens and maps are the same memory. */
final class Convolution {
    private static final long[] NO_DILATION = {1, 1};

    private final Tensor weight; // (c_out, c_in / groups, k, k)
    private final TensorOptional bias; // (c_out)
    private final long[] stride;
    private final long[] padding;
    private final long groups;

    Convolution(Tensor weight, Tensor bias, int stride, int padding, long groups) {
        this.weight = weight;
        this.bias = new TensorOptional(bias);
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
        this.groups = groups;
    }

    /** {@code (b, y, x, c_in) -> (b, y', x', c_out)}. */
    Tensor forward(Tensor map) {
        Tensor channelsFirst = map.permute(0, 3, 1, 2); // (b, c_in, y, x), channels-last in memory
        return conv2d(channelsFirst, weight, bias, stride, padding, NO_DILATION, groups)
                .permute(0, 2, 3, 1)
                .contiguous();
    }
}
