package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.conv2d;

import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
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

    /** Memory for an {@link #operand} of the shape of {@code map}: that of the map itself where the type is its own. */
    Tensor operandMemory(Tensor map) {
        if (!isHalf(map)) {
            return map;
        }
        TensorOptions options = map.options().dtype(new ScalarTypeOptional(ScalarType.BFloat16));
        return torch.empty(map.shape(), options, new MemoryFormatOptional());
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

    /**
     * As {@link #forward(Tensor, ScalarType)} in evaluation, some rows of the result at a time, with what {@code then} makes of them:
     * there is never a second whole map.
     *
     * @param then keeps shapes
     * @param elements of a result, about, to compute at a time
     */
    Tensor inParts(Tensor operand, ScalarType type, UnaryOperator<Tensor> then, long elements) {
        long height = size(operand, 1);
        long width = size(operand, 2);
        long rows = Math.max(1, elements / (width * weight.size(0)));
        if (height <= 2 * rows) {
            return then.apply(forward(operand, type));
        }
        return Scopes.keep(() -> {
            Tensor result = null; // (b, y', x', c_out)
            for (long first = 0; first < height; first += rows) {
                long begin = first;
                long count = Math.min(rows, height - first);
                Tensor part = Scopes.keep(() -> then.apply(rows(operand, type, begin, count)));
                if (result == null) {
                    long[] shape = {part.size(0), height, part.size(2), part.size(3)};
                    result = torch.empty(shape, part.options(), new MemoryFormatOptional());
                }
                result.narrow(1, first, count).copy_(part);
                part.close();
            }
            return Objects.requireNonNull(result); // there is a row
        });
    }

    /** Some rows of the result, of the rows of the operand that they see. */
    private Tensor rows(Tensor operand, ScalarType type, long first, long count) {
        // The first rows of a part are computed on padding where the operand has rows, and are dropped.
        long above = Math.min(first, (padding[0] + stride[0] - 1) / stride[0]);
        long top = (first - above) * stride[0];
        long bottom = Math.min(operand.size(1), (first + count - 1) * stride[0] - padding[0] + weight.size(2));
        return forward(operand.narrow(1, top, bottom - top), type).narrow(1, above, count);
    }

    private long size(Tensor operand, int axis) {
        return (operand.size(axis) + 2 * padding[axis - 1] - weight.size(axis + 1)) / stride[axis - 1] + 1;
    }
}
