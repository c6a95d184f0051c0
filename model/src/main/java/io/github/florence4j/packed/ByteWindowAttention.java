package io.github.florence4j.packed;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import io.github.florence4j.nn.Attention;
import io.github.florence4j.nn.MapBranch;
import io.github.florence4j.onednn.BatchedProduct;
import io.github.florence4j.onednn.ByteProduct;
import io.github.florence4j.onednn.ByteProduct.Result;
import io.github.florence4j.onednn.HalfInBytes;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A window attention with the norm before it, of primitives of oneDNN. What is moved into windows and back are bytes; queries, keys and values
 * stay where the product of all three leaves them, and scores are exponentials as soon as they are there.
 */
final class ByteWindowAttention implements MapBranch {
    private static final long BYTES_AT_ONCE = 8; // that a copy moves

    private final ByteNorm norm;
    private final ByteProduct qkv;
    private final ByteProduct projection;
    private final int heads;
    private final int window;
    private final BatchedProduct weights;
    private final BatchedProduct sums = BatchedProduct.plain();

    /** Made of its parts, which are borrowed; {@code width} is that of a head. */
    ByteWindowAttention(ByteNorm norm, ByteProduct qkv, ByteProduct projection, int heads, long width, int window) {
        this.weights = BatchedProduct.exponential(1 / Math.sqrt(width));
        this.norm = norm;
        this.qkv = qkv;
        this.projection = projection;
        this.heads = heads;
        this.window = window;
    }

    @Override
    public void addTo(Tensor map, long elements) {
        Numbers.requireDense(map);
        OperandRange before = new OperandRange();
        OperandRange after = new OperandRange();
        long height = map.size(1);
        long rows = window * Math.max(1, elements / (window * map.size(2) * map.size(3)));
        for (long b = 0; b < map.size(0); b++) {
            for (long first = 0; first < height; first += rows) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor part = map.select(0, b).narrow(0, first, Math.min(rows, height - first)); // (y, x, c)
                    addTo(part, before, after);
                }
            }
        }
    }

    private void addTo(Tensor part, OperandRange before, OperandRange after) {
        long y = part.size(0);
        long x = part.size(1);
        long c = part.size(2);
        Tensor positions = part.view(y * x, c);
        QuantizedRows operand = before.quantize(norm.of(positions));
        Tensor padded = padded(operand.bytes().view(y, x, c), operand.zero()); // (y', x', c)
        Tensor windows = windows(padded); // (w·t, c)
        Tensor projected = Numbers.empty(ScalarType.BFloat16, windows.size(0), 3 * c);
        qkv.run(Result.HALF, windows, operand.scale(), operand.zero(), projected);
        Tensor attended = attended(projected, c); // (w, t, c)
        QuantizedRows result = after.quantize(inOrder(attended, padded.shape()));
        Tensor bytes =
                result.bytes().narrow(0, 0, y).narrow(1, 0, x).contiguous().view(y * x, c);
        projection.run(Result.ADDED, bytes, result.scale(), result.zero(), positions);
    }

    /** Zeros on the right and the bottom, up to multiples of the window. */
    private Tensor padded(Tensor bytes, long zero) {
        long bottom = Math.floorMod(-bytes.size(0), window);
        long right = Math.floorMod(-bytes.size(1), window);
        return bottom == 0 && right == 0
                ? bytes
                : constant_pad_nd(bytes, new long[] {0, 0, 0, right, 0, bottom}, new Scalar(zero));
    }

    /** The positions of each window together: {@code (w·t, c)} of bytes {@code (y, x, c)}. */
    private Tensor windows(Tensor bytes) {
        long c = bytes.size(2);
        Tensor wide = c % BYTES_AT_ONCE == 0 ? bytes.view(ScalarType.Long) : bytes;
        Tensor moved = byWindow(wide, bytes.shape()).permute(0, 2, 1, 3, 4).contiguous();
        return moved.view(ScalarType.Byte).view(bytes.numel() / c, c);
    }

    /** {@code (rows of windows, window, columns of windows, window, …)} of a map {@code (y, x, …)}. */
    private Tensor byWindow(Tensor map, long[] shape) {
        return map.view(shape[0] / window, window, shape[1] / window, window, -1);
    }

    /** {@code (w, t, h·d)} of queries, keys and values {@code (w·t, 3·h·d)}. */
    private Tensor attended(Tensor projected, long c) {
        long t = (long) window * window;
        Tensor parts = projected.view(-1, t, 3, heads, c / heads).permute(2, 0, 3, 1, 4); // (3, w, h, t, d)
        Tensor q = parts.select(0, 0);
        Tensor k = parts.select(0, 1);
        Tensor v = parts.select(0, 2);
        long w = q.size(0);
        List<Long> shape = List.of(w, t, c, (long) heads);
        Tensor exponentials = Numbers.empty(ScalarType.BFloat16, w, heads, t, t);
        weights.run(shape, q, k.transpose(2, 3), exponentials);
        Tensor totals = exponentials.sum(new long[] {-1}, true, new ScalarTypeOptional()); // (w, h, t, 1)
        Tensor attended = Numbers.empty(ScalarType.BFloat16, w, t, heads, c / heads);
        Tensor to = attended.permute(0, 2, 1, 3); // (w, h, t, d)
        if (Attention.areInRange(totals)) {
            sums.run(shape, exponentials, v, to);
            attended.div_(totals.permute(0, 2, 1, 3).contiguous()); // (w, t, h, 1)
        } else {
            sums.run(shape, Attention.weights(q, k, new TensorOptional()), v, to);
        }
        return attended.view(w, t, c);
    }

    /** What windows attended {@code (w, t, c)}, in the order of a map of {@code shape (y, x, c)}. */
    private Numbers inOrder(Tensor attended, long[] shape) {
        return new Numbers() {
            @Override
            public Range range() {
                return Range.of(attended);
            }

            @Override
            public Tensor bytes(double scale, long zero) {
                Tensor bytes = Numbers.empty(ScalarType.Byte, shape);
                long rows = shape[0] / window;
                long columns = shape[1] / window;
                Tensor from =
                        attended.view(rows, columns, window, window, shape[2]).permute(0, 2, 1, 3, 4);
                HalfInBytes.run(
                        List.of(rows, columns, (long) window, shape[2]), from, byWindow(bytes, shape), scale, zero);
                return bytes;
            }
        };
    }
}
