package io.github.florence4j.torch.file;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import java.util.List;

/**
 * Where a stored tensor lies in its file.
 *
 * @param name its name
 * @param dtype the stored element type
 * @param shape its sizes; empty for a scalar
 * @param strides steps in elements along each dimension; row-major in safetensors
 * @param begin position in the file of its first element
 * @param end position in the file after its last element
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, List<Long> strides, long begin, long end) {
    /** Copies the lists. */
    public TensorInfo {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
    }

    /** A row-major tensor. */
    public static TensorInfo rowMajor(String name, DType dtype, List<Long> shape, long begin, long end) {
        return new TensorInfo(name, dtype, shape, rowMajorStrides(shape), begin, end);
    }

    /** The number of elements. */
    public long count() {
        return Shapes.count(shape);
    }

    /** Whether the elements lie in row-major order without gaps. */
    public boolean isRowMajor() {
        List<Long> expected = rowMajorStrides(shape);
        for (int d = 0; d < shape.size(); d++) {
            if (shape.get(d) != 1 && !strides.get(d).equals(expected.get(d))) {
                return false;
            }
        }
        return true;
    }

    /** Whether both describe the same elements of the same file. */
    public boolean sameElements(TensorInfo other) {
        return dtype == other.dtype
                && shape.equals(other.shape)
                && strides.equals(other.strides)
                && begin == other.begin
                && end == other.end;
    }

    private static List<Long> rowMajorStrides(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long step = 1;
        for (int d = strides.length - 1; d >= 0; d--) {
            strides[d] = step;
            step = Math.multiplyExact(step, Math.max(1, shape.get(d)));
        }
        return List.of(strides);
    }
}
