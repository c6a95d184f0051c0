package io.github.florence4j.packed;

import io.github.florence4j.nn.MapBranch;
import io.github.florence4j.onednn.ByteProduct;
import io.github.florence4j.onednn.ByteProduct.Result;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A feed-forward network with the norm before it, of primitives of oneDNN: from the map to the map there are bytes alone. */
final class ByteFeedForward implements MapBranch {
    private final ByteNorm norm;
    private final ByteProduct fc1;
    private final ByteProduct fc2;
    private final long hidden;

    /** Made of its parts, which are borrowed. */
    ByteFeedForward(ByteNorm norm, ByteProduct fc1, ByteProduct fc2, long hidden) {
        this.norm = norm;
        this.fc1 = fc1;
        this.fc2 = fc2;
        this.hidden = hidden;
    }

    @Override
    public void addTo(Tensor map, long elements) {
        Numbers.requireDense(map);
        OperandRange before = new OperandRange();
        OperandRange between = new OperandRange();
        long c = map.size(3);
        long positions = map.numel() / c;
        long atOnce = Math.max(1, elements / c);
        for (long first = 0; first < positions; first += atOnce) {
            try (PointerScope scope = new PointerScope()) {
                Tensor part = map.view(positions, c).narrow(0, first, Math.min(atOnce, positions - first));
                QuantizedRows activated = gelu(before.quantize(norm.of(part)), between);
                fc2.run(Result.ADDED, activated.bytes(), activated.scale(), activated.zero(), part);
            }
        }
    }

    /** In bytes at once where the parts before tell the range; the lower end of a GELU is known. */
    private QuantizedRows gelu(QuantizedRows x, OperandRange range) {
        long rows = x.bytes().size(0);
        if (range.isKnown() && Double.isFinite(x.scale())) { // bytes would hide what is not a number
            double scale = QuantizedRows.scale(OneDnnByteLinear.BELOW_GELU, range.highest());
            long zero = QuantizedRows.zero(OneDnnByteLinear.BELOW_GELU, scale);
            Tensor bytes = Numbers.empty(ScalarType.Byte, rows, hidden);
            fc1.runGeluInBytes(x.bytes(), x.scale(), x.zero(), bytes, scale, zero);
            QuantizedRows guessed = new QuantizedRows(bytes, scale, zero);
            if (guessed.isBelowLargest()) {
                return guessed;
            }
            bytes.close();
        }
        try (Tensor numbers = Numbers.empty(ScalarType.Float, rows, hidden)) {
            fc1.run(Result.GELU, x.bytes(), x.scale(), x.zero(), numbers);
            return range.quantizeAnew(Numbers.of(numbers), OneDnnByteLinear.BELOW_GELU, highest(numbers));
        }
    }

    /** Over all axes it takes a third of the time that the largest element and its place do. */
    private static double highest(Tensor numbers) {
        try (Tensor highest = numbers.amax()) {
            return highest.item_float();
        }
    }
}
