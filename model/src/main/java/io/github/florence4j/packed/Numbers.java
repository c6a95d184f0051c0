package io.github.florence4j.packed;

import java.util.Arrays;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Numbers that are to become bytes. */
interface Numbers {
    /** A range that holds all of them, and is hardly wider than that; what is not a number makes its ends none. */
    Range range();

    /** {@code x / scale + zero} as unsigned bytes; what lies beyond is cut off. */
    Tensor bytes(double scale, long zero);

    /**
     * The ends of a range.
     *
     * @param lowest no number is below
     * @param highest no number is above
     */
    record Range(double lowest, double highest) {
        /** That of a tensor. */
        static Range of(Tensor x) {
            try (T_TensorTensor_T range = torch.aminmax(x);
                    Tensor low = range.get0();
                    Tensor high = range.get1()) {
                return new Range(low.item_float(), high.item_float());
            }
        }
    }

    /** Those of a tensor of single precision. */
    static Numbers of(Tensor x) {
        return new Numbers() {
            @Override
            public Range range() {
                return Range.of(x);
            }

            /** The memory of the quantised tensor under the plain type that products take. */
            @Override
            public Tensor bytes(double scale, long zero) {
                Tensor quantized = torch.quantize_per_tensor(x, scale, zero, ScalarType.QUInt8);
                return empty(ScalarType.Byte, 0).set_(quantized.storage(), 0, x.shape());
            }
        };
    }

    /** Memory for a result. */
    static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional());
    }

    /**
     * A map that branches read and write as its memory lies.
     *
     * @throws IllegalArgumentException when its elements lie in another order than its axes, or with gaps
     */
    static Tensor requireDense(Tensor map) {
        if (!map.is_contiguous()) {
            throw new IllegalArgumentException("a map lies in memory with strides "
                    + Arrays.toString(map.strides().vec().get()) + "; expected the order of its axes and no gaps");
        }
        return map;
    }
}
