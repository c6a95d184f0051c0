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
 * product, and gives that of its input.
 */
public final class Convolution {
    private static final long[] NO_DILATION = {1, 1};

    /**
     * How a kernel goes over a map.
     *
     * @param stride positions from one of its places to the next, in both directions
     * @param padding zeros around the map on each side
     * @param groups of channels that do not see each other
     */
    public record Steps(int stride, int padding, long groups) {}

    /** The sums of products that a convolution is. */
    public interface Product {
        /** {@code (b, y', x', c_out)} in {@link #type}, contiguous, of an operand {@code (b, y, x, c_in)} in that type. */
        Tensor of(Tensor operand);

        /** The type of operands and results. */
        ScalarType type();

        /** As {@link Linear#forParts}. */
        default Product forParts() {
            return this;
        }
    }

    private final Product product;
    private final Steps steps;
    private final long outputs;
    private final long kernel; // positions on each side

    /** A convolution of weights that may change. */
    Convolution(Tensor weight, Tensor bias, Steps steps) {
        this(dense(weight, new TensorOptional(bias), steps), steps, weight.size(0), weight.size(2));
    }

    /**
     * A convolution by that product.
     *
     * @param outputs channels of the result
     * @param kernel positions on each side of the kernel
     */
    public Convolution(Product product, Steps steps, long outputs, long kernel) {
        this.product = product;
        this.steps = steps;
        this.outputs = outputs;
        this.kernel = kernel;
    }

    /** With {@code weight (c_out, c_in / groups, k, k)} and {@code bias (c_out)}. */
    private static Product dense(Tensor weight, TensorOptional bias, Steps steps) {
        long[] stride = {steps.stride, steps.stride};
        long[] padding = {steps.padding, steps.padding};
        return new Product() {
            @Override
            public Tensor of(Tensor operand) {
                Tensor channelsFirst = operand.permute(0, 3, 1, 2); // (b, c_in, y, x), channels-last in memory
                return conv2d(channelsFirst, weight, bias, stride, padding, NO_DILATION, steps.groups)
                        .permute(0, 2, 3, 1)
                        .contiguous();
            }

            @Override
            public ScalarType type() {
                return weight.scalar_type().intern();
            }
        };
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
        return product.type() == ScalarType.BFloat16 && !Autocast.isOn(map.device(), DType.BFLOAT16);
    }

    /** As {@link #forward(Tensor)} of an {@link #operand}; with weights in half precision the result has that type. */
    Tensor forward(Tensor operand, ScalarType type) {
        return forward(product, operand, type);
    }

    private Tensor forward(Product by, Tensor operand, ScalarType type) {
        Tensor result = by.of(operand);
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
        long rows = Math.max(1, elements / (width * outputs));
        if (height <= 2 * rows) {
            return then.apply(forward(operand, type));
        }
        Product parts = product.forParts();
        return Scopes.keep(() -> {
            Tensor result = null; // (b, y', x', c_out)
            for (long first = 0; first < height; first += rows) {
                long begin = first;
                long count = Math.min(rows, height - first);
                Tensor part = Scopes.keep(() -> then.apply(rows(parts, operand, type, begin, count)));
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
    private Tensor rows(Product by, Tensor operand, ScalarType type, long first, long count) {
        // The first rows of a part are computed on padding where the operand has rows, and are dropped.
        long above = Math.min(first, (steps.padding + steps.stride - 1) / steps.stride);
        long top = (first - above) * steps.stride;
        long bottom = Math.min(operand.size(1), (first + count - 1) * steps.stride - steps.padding + kernel);
        return forward(by, operand.narrow(1, top, bottom - top), type).narrow(1, above, count);
    }

    private long size(Tensor operand, int axis) {
        return (operand.size(axis) + 2 * steps.padding - kernel) / steps.stride + 1;
    }
}
