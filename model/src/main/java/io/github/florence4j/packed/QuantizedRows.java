package io.github.florence4j.packed;

import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A tensor in 8 bits with one scale, found from its smallest and largest element: {@code scale * (byte - zero)}. Zero itself
 * has no error.
 *
 * @param bytes unsigned, in the shape of the tensor; belongs to the caller's scope
 * @param scale above 0
 * @param zero the byte of zero, 0 to 255
 */
record QuantizedRows(Tensor bytes, double scale, long zero) {
    private static final double SMALLEST_SCALE = 1e-12;

    /** Quantises {@code x} of single precision. */
    static QuantizedRows of(Tensor x) {
        double lowest;
        double highest;
        try (T_TensorTensor_T range = torch.aminmax(x);
                Tensor low = range.get0();
                Tensor high = range.get1()) {
            lowest = Math.min(0, low.item_float());
            highest = Math.max(0, high.item_float());
        }
        double scale = Math.max((highest - lowest) / 255, SMALLEST_SCALE);
        long zero = Math.min(255, Math.round(-lowest / scale));
        return new QuantizedRows(Scopes.keep(() -> bytes(x, scale, zero)), scale, zero);
    }

    /** The memory of the quantised tensor under the plain type that products take. */
    private static Tensor bytes(Tensor x, double scale, long zero) {
        Tensor quantized = torch.quantize_per_tensor(x, scale, zero, ScalarType.QUInt8);
        Tensor none = torch.empty(new long[] {0}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        return none.set_(quantized.storage(), 0, x.shape());
    }
}
