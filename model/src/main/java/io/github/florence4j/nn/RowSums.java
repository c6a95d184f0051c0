package io.github.florence4j.nn;

import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
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
    RowSums(Device device, long samples, int heads, int queries, long rowsOfHead) {
        int n = Math.toIntExact(rowsOfHead);
        int sums = Math.toIntExact(samples * heads * queries);
        long[] row = new long[Math.multiplyExact(sums, n)];
        long[] begin = new long[sums + 1];
        for (int sum = 0; sum < sums; sum++) {
            begin[sum + 1] = (long) (sum + 1) * n;
            for (int i = 0; i < n; i++) {
                row[sum * n + i] = (long) (sum / queries) * n + i;
            }
        }
        this.rows = ints(device, row);
        this.begins = ints(device, begin);
    }

    private static Tensor ints(Device device, long... values) {
        return Scopes.own(() -> Tensors.ofLongs(device, values).to(ScalarType.Int));
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
        return "torch._embedding_bag_forward_only(torch.flatten(%s, 0, 2), %s[0], %s[1], False, 0, False, torch.reshape(%s, [-1]), True, -1)[0]"
                .formatted(table, lists, lists, weights);
    }

    @Override
    public void close() {
        rows.close();
        begins.close();
    }
}
