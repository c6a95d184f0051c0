package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Script;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packed layers of all widths against the same layer in double precision: the format has blocks, which a width may not fill. */
class OneDnnLinearTest {
    private static final long[] INPUTS = {8, 33, 48, 192};
    private static final long[] OUTPUTS = {1, 17, 24, 48, 64, 72, 96, 112, 128, 144, 192, 200, 336, 1001};

    @ParameterizedTest
    @CsvSource({"1, 3", "3, 3", "40, 3", "3, 577", "577, 577"})
    void singlePrecisionIsExactWhateverTheWidth(long rows, long packedFor) {
        for (long inputs : INPUTS) {
            for (long outputs : OUTPUTS) {
                compare(rows, packedFor, inputs, outputs, ScalarType.Float, 1e-5);
            }
        }
    }

    @Test
    void singlePrecisionIsExactForTheVocabularyOfTheOriginalLayout() {
        compare(3, 3, 48, 51289, ScalarType.Float, 1e-5);
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "40, 577"})
    void halfPrecisionRoundsAndNoMoreWhateverTheWidth(long rows, long packedFor) {
        for (long inputs : INPUTS) {
            for (long outputs : OUTPUTS) {
                compare(rows, packedFor, inputs, outputs, ScalarType.BFloat16, 5e-2);
            }
        }
    }

    /** The largest difference of plain, activated and scripted products, in parts of the largest element. */
    private static void compare(long rows, long packedFor, long inputs, long outputs, ScalarType type, double most) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(11);
            Tensor weight = torch.randn(outputs, inputs);
            Tensor bias = torch.randn(outputs);
            Tensor x = torch.randn(1, rows, inputs);
            Tensor expected = torch.linear(
                    x.to(ScalarType.Double),
                    weight.to(ScalarType.Double),
                    new TensorOptional(bias.to(ScalarType.Double)));
            try (OneDnnLinear layer = new OneDnnLinear(weight, bias, type, packedFor)) {
                Script.Builder script = new Script.Builder();
                Script product = script.line("y = " + layer.of(script, "x")).compile("x: Tensor", "y");
                String shape = rows + " rows, " + inputs + " to " + outputs + ", packed for " + packedFor;
                assertThat(error(layer.forward(x, Regularization.NONE), expected))
                        .as(shape)
                        .isLessThan(most);
                assertThat(error(layer.forwardGelu(x, Regularization.NONE, 0), torch.gelu(expected)))
                        .as(shape + ", GELU")
                        .isLessThan(most);
                assertThat(error(product.call(x), expected))
                        .as(shape + ", scripted")
                        .isLessThan(most);
            }
        }
    }

    private static double error(Tensor found, Tensor expected) {
        assertThat(found.shape()).isEqualTo(expected.shape());
        assertThat(found.is_contiguous()).isTrue();
        return found.sub(expected).abs().max().item_double()
                / Math.max(1, expected.abs().max().item_double());
    }
}
