package io.github.florence4j.torch;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Tensor;

/** Shapes of tensors: building, counting and printing them. */
public final class Shapes {
    private Shapes() {}

    /**
     * A native vector with exactly these sizes. {@code new LongVector(64)} would be 64 zeros; this is the shape
     * {@code (64)}.
     */
    public static LongVector of(long... sizes) {
        return new LongVector(sizes);
    }

    /** The sizes of a tensor. */
    public static List<Long> of(Tensor tensor) {
        return LongStream.of(tensor.shape()).boxed().toList();
    }

    /**
     * The number of elements of a shape; 1 for the empty shape of a scalar.
     *
     * @throws ArithmeticException when the product exceeds a {@code long}
     */
    public static long count(List<Long> shape) {
        long count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    /** The sizes as an array, as libtorch's functions take them. */
    public static long[] array(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** The shape in the form {@code (2, 3)}. */
    public static String format(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
