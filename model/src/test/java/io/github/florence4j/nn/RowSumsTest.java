package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Script;
import io.github.florence4j.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of weighted rows against the same products, number by number in double precision. */
class RowSumsTest {
    private static final int WIDTH = 37; // no multiple of what a processor takes at a time

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, Float",
        "1, 12, 3, 64, BFloat16",
        "1, 12, 3, 585, BFloat16",
        "3, 2, 4, 29, BFloat16",
        "8, 12, 3, 64, Half",
        "2, 3, 1, 100, Float"
    })
    void areTheProductsOfEachHeadsWeightsWithItsTable(
            int samples, int heads, int queries, int rowsOfHead, ScalarType type) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope();
                RowSums sums = new RowSums(new Device("cpu"), samples, heads, queries, rowsOfHead)) {
            torch.manual_seed(5);
            Tensor table = torch.randn(samples, heads, rowsOfHead, WIDTH).to(type);
            Tensor weights = torch.randn(samples, heads, queries, rowsOfHead).to(type);
            Script script = new Script.Builder()
                    .line("sums = " + RowSums.of("table", "weights", "lists"))
                    .compile("table: Tensor, weights: Tensor, lists: List[Tensor]", "sums");

            float[] found =
                    Tensors.floats(script.call(table, weights, sums.lists()).to(ScalarType.Float));

            double[][] expected = products(table, weights);
            double digits = type == ScalarType.BFloat16 ? 1.0 / 256 : type == ScalarType.Half ? 1.0 / 2048 : 1e-6;
            assertThat(found).hasSize(samples * heads * queries * WIDTH);
            for (int i = 0; i < found.length; i++) {
                double allowed = digits * Math.abs(expected[0][i]) + 1e-6 * expected[1][i];
                assertThat((double) found[i]).as("sum %d", i).isCloseTo(expected[0][i], within(allowed));
            }
        }
    }

    /** The products {@code (b, h, queries, width)}, and the same of absolute values: what their rounding is measured against. */
    private static double[][] products(Tensor table, Tensor weights) {
        int heads = (int) (table.size(0) * table.size(1));
        int rows = (int) table.size(2);
        int queries = (int) weights.size(2);
        float[] t = Tensors.floats(table.to(ScalarType.Float));
        float[] w = Tensors.floats(weights.to(ScalarType.Float));
        double[][] products = new double[2][heads * queries * WIDTH];
        for (int query = 0; query < heads * queries; query++) {
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < WIDTH; i++) {
                    double product = (double) w[query * rows + row] * t[(query / queries * rows + row) * WIDTH + i];
                    products[0][query * WIDTH + i] += product;
                    products[1][query * WIDTH + i] += Math.abs(product);
                }
            }
        }
        return products;
    }
}
