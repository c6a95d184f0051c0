package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.conv2d;

import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A 2-D convolution with bias on channels-last maps, so that tokens and maps are the same memory. It computes in the type of its
 * weights, and gives that of its input.
 */
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
        return forward(operand(map), map.scalar_type());
    }

    /** A map in the type in which it is multiplied. */
    Tensor operand(Tensor map) {
        return isHalf(map) ? map.to(ScalarType.BFloat16) : map;
    }

    private boolean isHalf(Tensor map) {
        return weight.scalar_type().intern() == ScalarType.BFloat16 && !Autocast.isOn(map.device(), DType.BFLOAT16);
    }

    /** As {@link #forward(Tensor)} of an {@link #operand}; with weights in half precision the result has that type. */
    Tensor forward(Tensor operand, ScalarType type) {
        Tensor channelsFirst = operand.permute(0, 3, 1, 2); // (b, c_in, y, x), channels-last in memory
        Tensor result = conv2d(channelsFirst, weight, bias, stride, padding, NO_DILATION, groups)
                .permute(0, 2, 3, 1)
                .contiguous();
        return isHalf(operand) ? result.to(type) : result;
    }
}
