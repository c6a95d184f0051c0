package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.arange;

import io.github.florence4j.torch.Scopes;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention of a few queries to many positions as weighted sums of rows. The scores of a query are the rows of the transposed keys
 * {@code (d, s)}, weighted with its elements; what it attends to is the rows of the values {@code (s, d)}, weighted with the softmax of
 * its scores. {@code embedding_bag} sums weighted rows of a table: it reads rows of half precision as they are and sums them in
 * single precision, where a product of so few rows would first pack all keys.
 *
 * <p>These are its lists of rows for a table {@code (b, h, n, …)} of which each head's {@code n} rows are summed for each of its
 * queries. The object owns its tensors; close it.
 */
final class RowSums implements AutoCloseable {
    private final Tensor rows; // (b·h·queries·n)
    private final Tensor begins; // (b·h·queries + 1), the last is the end of all

    /** The sums for so many samples, heads, queries of each head and rows of each head. */
    RowSums(Device device, long samples, long heads, long queries, long rowsOfHead) {
        long of = samples * heads;
        this.rows = Scopes.own(() -> upTo(device, of * rowsOfHead, 1)
                .view(of, 1, rowsOfHead)
                .expand(of, queries, rowsOfHead)
                .reshape(-1));
        this.begins = Scopes.own(() -> upTo(device, of * queries * rowsOfHead + 1, rowsOfHead));
    }

    private static Tensor upTo(Device device, long end, long step) {
        return arange(
                        new Scalar(0L),
                        new Scalar((long) Math.toIntExact(end)),
                        new Scalar(step),
                        new TensorOptions(ScalarType.Int))
                .to(device, ScalarType.Int);
    }

    /** Which rows, and where each sum begins among them: what {@link #of} calls {@code lists}. */
    List<Tensor> lists() {
        return List.of(rows, begins);
    }

    /**
     * The expression of a {@link io.github.florence4j.torch.Script} for the sums {@code (b·h·queries, …)} over {@code table
     * (b, h, n, …)} with {@code weights (b, h, queries, n)} of its type.
     */
    static String of(String table, String weights, String lists) {
        return ("torch._embedding_bag_forward_only(torch.flatten(%s, 0, 2), %s[0], %s[1], False, 0, False, "
                        + "torch.reshape(%s, [-1]), True, -1)[0]")
                .formatted(table, lists, lists, weights);
    }

    @Override
    public void close() {
        rows.close();
        begins.close();
    }
}
