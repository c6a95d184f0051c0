package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.CheckpointReader;
import java.io.IOException;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The 8-bit products of oneDNN against FBGEMM's on the same bytes, and against single precision. */
class OneDnnByteLinearTest {
    private static final String LAYER = "model.vision_tower.blocks.0.0.spatial_block.ffn.fc1";
    private static final String TABLE = "model.language_model.shared.weight";

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 64, 577})
    void givesTheProductsOfFbgemm(long rows) throws IOException {
        try (PointerScope scope = new PointerScope();
                CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                ByteMatrix weight = ByteMatrix.read(files, List.of(LAYER + ".weight"))) {
            Tensor bias = files.copy(LAYER + ".bias");
            Tensor exactWeight = files.copy(LAYER + ".weight");
            try (PackedLinear one = new OneDnnByteLinear(weight, bias, 577);
                    PackedLinear other = new FbgemmLinear(weight, bias)) {
                torch.manual_seed(5);
                Tensor x = torch.randn(1, rows, exactWeight.size(1));
                Tensor expected = torch.matmul(x, exactWeight.t()).add(bias);
                Tensor found = one.forward(x, Regularization.NONE);
                assertThat(error(found, other.forward(x, Regularization.NONE)))
                        .isLessThan(Processor.HERE.sumsBytes() ? 1e-3 : 0.02);
                assertThat(error(found, expected)).isBetween(1e-4, 0.02);
                assertThat(error(one.forwardGelu(x, Regularization.NONE, 0), torch.gelu(expected)))
                        .isLessThan(0.03);
                Tensor half = one.forward(x, Regularization.NONE, ScalarType.BFloat16);
                assertThat(DType.of(half)).isEqualTo(DType.BFLOAT16);
                assertThat(error(half.to(ScalarType.Float), found)).isLessThan(0.004);
            }
        }
    }

    /** Later parts are quantised by the range of those before, and their GELU comes in bytes; the third does not fit. */
    @Test
    void partsOfAnOperandGiveTheirFeedForward() throws IOException {
        String second = LAYER.replace("fc1", "fc2");
        try (PointerScope scope = new PointerScope();
                CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                ByteMatrix one = ByteMatrix.read(files, List.of(LAYER + ".weight"));
                ByteMatrix two = ByteMatrix.read(files, List.of(second + ".weight"));
                PackedLinear fc1 = new OneDnnByteLinear(one, files.copy(LAYER + ".bias"), 577);
                PackedLinear fc2 = new OneDnnByteLinear(two, files.copy(second + ".bias"), 577)) {
            torch.manual_seed(7);
            Linear first = fc1.forParts();
            Linear next = fc2.forParts();
            for (double size : new double[] {1, 1, 6, 5, 5.5}) {
                Tensor x =
                        torch.randn(200, files.copy(LAYER + ".weight").size(1)).mul(new Scalar(size));
                Tensor hidden = torch.gelu(linear(files, LAYER, x));
                Tensor expected = linear(files, second, hidden);
                assertThat(error(first.forwardThrough(next, x, Regularization.NONE, 0), expected))
                        .isBetween(1e-4, 0.03);
                assertThat(error(first.forward(x, Regularization.NONE), linear(files, LAYER, x)))
                        .isLessThan(0.02);
                assertThat(error(first.forwardGelu(x, Regularization.NONE, 0), hidden))
                        .isLessThan(0.03);
                Tensor half = first.forward(x, Regularization.NONE, ScalarType.BFloat16);
                assertThat(DType.of(half)).isEqualTo(DType.BFLOAT16);
            }
            Tensor odd = torch.randn(200, files.copy(LAYER + ".weight").size(1));
            odd.select(0, 3).select(0, 5).fill_(new Scalar(Float.NaN));
            Tensor found = first.forwardThrough(next, odd, Regularization.NONE, 0);
            assertThat(found.isnan().all().item_bool()).isTrue(); // as without parts
        }
    }

    private static Tensor linear(CheckpointReader files, String layer, Tensor x) {
        return torch.matmul(x, files.copy(layer + ".weight").t()).add(files.copy(layer + ".bias"));
    }

    /** The only layer without bias, packed for few rows; the rows of some tables fill no block of outputs. */
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 24, 64})
    void givesTheScoreOfEveryWordOfAVocabulary(long rows) throws IOException {
        try (PointerScope scope = new PointerScope();
                CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                ByteMatrix weight = ByteMatrix.read(files, List.of(TABLE));
                PackedLinear layer = new OneDnnByteLinear(weight, null, 3)) {
            torch.manual_seed(6);
            Tensor table = files.copy(TABLE); // (v, p)
            Tensor x = torch.randn(rows, table.size(1));
            Tensor expected = torch.matmul(x, table.t());
            Tensor errors = layer.forward(x, Regularization.NONE).sub(expected).abs();
            assertThat(errors.shape()).isEqualTo(expected.shape());
            assertThat(errors.max().item_double())
                    .isLessThan(0.05 * expected.abs().max().item_double());
        }
    }

    private static double error(Tensor found, Tensor expected) {
        return found.sub(expected).norm().item_double() / expected.norm().item_double();
    }
}
