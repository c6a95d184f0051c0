package io.github.florence4j.packed;

import static org.bytedeco.pytorch.global.torch.zeros;

import io.github.florence4j.nn.MapBranch;
import io.github.florence4j.onednn.BatchedProduct;
import io.github.florence4j.onednn.ByteProduct;
import io.github.florence4j.onednn.ByteProduct.Result;
import io.github.florence4j.onednn.HalfInBytes;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A channel attention with the norm before it, of primitives of oneDNN; its scale is {@code N^-1/2} with N the number of positions. */
final class ByteChannelAttention implements MapBranch {
    private final ByteNorm norm;
    private final ByteProduct qkv;
    private final ByteProduct projection;
    private final int groups;
    private final BatchedProduct scores = BatchedProduct.adding();
    private final BatchedProduct sums = BatchedProduct.plain();

    /** Made of its parts, which are borrowed. */
    ByteChannelAttention(ByteNorm norm, ByteProduct qkv, ByteProduct projection, int groups) {
        this.norm = norm;
        this.qkv = qkv;
        this.projection = projection;
        this.groups = groups;
    }

    @Override
    public void addTo(Tensor map, long elements) {
        Numbers.requireDense(map);
        for (long b = 0; b < map.size(0); b++) {
            try (PointerScope scope = new PointerScope()) {
                addToOne(map.select(0, b).view(-1, map.size(3)), Math.max(1, elements / map.size(3)));
            }
        }
    }

    /** The scores are a sum over positions, so they come from one pass over the map {@code (n, c)}, and the values from another. */
    private void addToOne(Tensor map, long atOnce) {
        long n = map.size(0);
        long d = map.size(1) / groups;
        OperandRange before = new OperandRange();
        OperandRange after = new OperandRange();
        Tensor values = Numbers.empty(
                ScalarType.BFloat16, map.shape()); // of all parts: a piece for each would break up the memory
        Tensor total = zeros(groups, d, d); // of scores
        for (long first = 0; first < n; first += atOnce) {
            try (PointerScope scope = new PointerScope()) {
                long count = Math.min(atOnce, n - first);
                QuantizedRows operand = before.quantize(norm.of(map.narrow(0, first, count)));
                project(operand, total, values.narrow(0, first, count));
            }
        }
        Tensor weights = total.mul_(new Scalar(1 / Math.sqrt(n))).softmax(-1).to(ScalarType.BFloat16);
        for (long first = 0; first < n; first += atOnce) {
            try (PointerScope scope = new PointerScope()) {
                long count = Math.min(atOnce, n - first);
                QuantizedRows result = after.quantize(attended(values.narrow(0, first, count), weights));
                projection.run(
                        Result.ADDED, result.bytes(), result.scale(), result.zero(), map.narrow(0, first, count));
            }
        }
    }

    /** Fills the values {@code (n, c)} of a part, whose queries and keys add to the scores {@code (g, d, d)}. */
    private void project(QuantizedRows x, Tensor total, Tensor values) {
        long n = x.bytes().size(0);
        long c = x.bytes().size(1);
        Tensor projected = Numbers.empty(ScalarType.BFloat16, n, 3 * c);
        qkv.run(Result.HALF, x.bytes(), x.scale(), x.zero(), projected);
        Tensor parts = projected.view(n, 3, groups, c / groups).permute(1, 2, 0, 3); // (3, g, n, d)
        scores.run(shape(n, c), parts.select(0, 0).transpose(1, 2), parts.select(0, 1), total);
        values.copy_(projected.narrow(1, 2 * c, c));
    }

    private Numbers attended(Tensor values, Tensor weights) {
        Tensor attended = Numbers.empty(ScalarType.BFloat16, values.shape()); // (n, c)
        sums.run(shape(values.size(0), values.size(1)), byGroup(values), weights.transpose(1, 2), byGroup(attended));
        return new Numbers() {
            @Override
            public Range range() {
                return Range.of(attended);
            }

            @Override
            public Tensor bytes(double scale, long zero) {
                Tensor bytes = Numbers.empty(ScalarType.Byte, attended.shape());
                HalfInBytes.run(shape(attended.size(0), attended.size(1)), attended, bytes, scale, zero);
                return bytes;
            }
        };
    }

    private List<Long> shape(long n, long c) {
        return List.of(n, c, (long) groups);
    }

    /** {@code (g, n, d)} of {@code (n, g·d)}. */
    private Tensor byGroup(Tensor x) {
        return x.view(x.size(0), groups, -1).permute(1, 0, 2);
    }
}
