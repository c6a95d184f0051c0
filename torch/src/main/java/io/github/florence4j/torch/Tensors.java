package io.github.florence4j.torch;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Copies between Java arrays and tensors. */
public final class Tensors {
    private Tensors() {}

    /** A copy {@code (n)} of {@code values} on {@code device}, 64-bit. */
    public static Tensor ofLongs(Device device, long... values) {
        return place(tensor(values), device, ScalarType.Long);
    }

    /** A copy {@code (n)} of {@code values} on {@code device}, in single precision. */
    public static Tensor ofFloats(Device device, float... values) {
        return place(tensor(values), device, ScalarType.Float);
    }

    /**
     * A copy {@code (b, t)} of token id rows on {@code device}, 64-bit; shorter rows are filled on the right with {@code
     * pad}.
     */
    public static Tensor ofRows(Device device, int[][] rows, int pad) {
        int length = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
        long[] flat = new long[rows.length * length];
        Arrays.fill(flat, pad);
        for (int r = 0; r < rows.length; r++) {
            for (int i = 0; i < rows[r].length; i++) {
                flat[r * length + i] = rows[r][i];
            }
        }
        return ofLongs(device, flat).view(rows.length, length);
    }

    /** The elements in row-major order, widened or rounded to {@code float}. */
    public static float[] floats(Tensor tensor) {
        try (Tensor host = host(tensor, ScalarType.Float);
                FloatPointer data = host.data_ptr_float()) {
            float[] values = new float[Math.toIntExact(host.numel())];
            data.get(values);
            return values;
        }
    }

    /** The elements in row-major order, as {@code long}. */
    public static long[] longs(Tensor tensor) {
        try (Tensor host = host(tensor, ScalarType.Long);
                LongPointer data = host.data_ptr_long()) {
            long[] values = new long[Math.toIntExact(host.numel())];
            data.get(values);
            return values;
        }
    }

    private static Tensor host(Tensor tensor, ScalarType type) {
        Tensor same = tensor.is_cpu() ? tensor : tensor.cpu();
        return same.to(type).contiguous();
    }

    private static Tensor place(Tensor host, Device device, ScalarType type) {
        return device.is_cpu() ? host : host.to(device, type);
    }
}
