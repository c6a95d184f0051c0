package io.github.florence4j.packed;

import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A tensor in 8 bits with one scale: {@code scale * (byte - zero)}. Zero itself has no error.
 *
 * @param bytes unsigned, in the shape of the tensor; belongs to the caller's scope
 * @param scale above 0
 * @param zero the byte of zero, 0 to 255
 */
record QuantizedRows(Tensor bytes, double scale, long zero) {
    /** The largest byte. */
    static final int LARGEST = 255;

    private static final double SMALLEST_SCALE = 1e-12;

    /** Quantises {@code x} of single precision with a scale for its smallest and largest element. */
    static QuantizedRows of(Tensor x) {
        try (T_TensorTensor_T range = torch.aminmax(x);
                Tensor low = range.get0();
                Tensor high = range.get1()) {
            return of(x, low.item_float(), high.item_float());
        }
    }

    /** Quantises {@code x} of single precision with a scale for those ends; elements beyond become the end. */
    static QuantizedRows of(Tensor x, double lowest, double highest) {
        double scale = scale(lowest, highest);
        long zero = zero(lowest, scale);
        return new QuantizedRows(Scopes.keep(() -> bytes(x, scale, zero)), scale, zero);
    }

    /** The scale of a range, which zero is made part of. */
    static double scale(double lowest, double highest) {
        return Math.max((Math.max(0, highest) - Math.min(0, lowest)) / LARGEST, SMALLEST_SCALE);
    }

    /** The byte of zero. */
    static long zero(double lowest, double scale) {
        return Math.min(LARGEST, Math.round(-Math.min(0, lowest) / scale));
    }

    /** Whether no element lies beyond the ends of the range, nor at one: there it might be cut off. */
    boolean isInside() {
        try (T_TensorTensor_T range = torch.aminmax(bytes);
                Tensor low = range.get0();
                Tensor high = range.get1()) {
            return low.item_int() > 0 && high.item_int() < LARGEST;
        }
    }

    /** Whether no element lies beyond the upper end of the range, nor at it. */
    boolean isBelowLargest() {
        try (Tensor high = bytes.max()) {
            return high.item_int() < LARGEST;
        }
    }

    /** The memory of the quantised tensor under the plain type that products take. */
    private static Tensor bytes(Tensor x, double scale, long zero) {
        Tensor quantized = torch.quantize_per_tensor(x, scale, zero, ScalarType.QUInt8);
        Tensor none = torch.empty(new long[] {0}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        return none.set_(quantized.storage(), 0, x.shape());
    }
}
