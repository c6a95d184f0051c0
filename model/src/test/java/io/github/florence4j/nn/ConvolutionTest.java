package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.torch.NoGrad;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The convolutions of the vision tower on some rows of a map at a time, against the whole map at once. */
class ConvolutionTest {
    private static final int CHANNELS = 16;

    /** The two shapes of the tower, and others: kernel, stride, padding, rows at a time. */
    @ParameterizedTest
    @CsvSource({"7, 4, 3, 2", "7, 4, 3, 5", "3, 2, 1, 1", "3, 2, 1, 3", "3, 1, 1, 4", "2, 2, 0, 3", "5, 1, 2, 1"})
    void partsOfAConvolutionThatShrinksGiveWhatTheWholeMapGives(int kernel, int stride, int padding, int rows) {
        for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
            for (long height : new long[] {40, 41, 42, 43}) {
                try (PointerScope scope = new PointerScope();
                        NoGrad noGrad = new NoGrad()) {
                    torch.manual_seed(1);
                    Tensor weight = torch.randn(CHANNELS, 3, kernel, kernel).to(type);
                    Tensor bias = torch.randn(CHANNELS).to(type);
                    Convolution convolution = new Convolution(weight, bias, new Convolution.Steps(stride, padding, 1));
                    Tensor operand = convolution.operand(torch.randn(2, height, 24, 3));
                    UnaryOperator<Tensor> then = Tensor::relu;
                    Tensor whole = then.apply(convolution.forward(operand, ScalarType.Float));
                    Tensor parts =
                            convolution.inParts(operand, ScalarType.Float, then, rows * whole.size(2) * CHANNELS);
                    assertThat(parts.shape()).as("rows of %s", height).isEqualTo(whole.shape());
                    assertSame(parts, whole);
                }
            }
        }
    }

    @Test
    void anAdditionInTheKernelGivesWhatAnAdditionAfterwardsGives() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(2);
            Tensor weight = torch.randn(CHANNELS, 1, 3, 3);
            Tensor bias = torch.randn(CHANNELS);
            Convolution.Steps steps = new Convolution.Steps(1, 1, CHANNELS);
            Tensor folded = ResidualConvolution.plusIdentity(weight);
            Tensor map = torch.randn(2, 11, 9, CHANNELS);
            Tensor inside = new ResidualConvolution(new Convolution(folded, bias, steps), true).forward(map);
            Tensor after = new ResidualConvolution(new Convolution(weight, bias, steps), false).forward(map);
            assertSame(inside, after);
        }
    }

    /** With the addition in the kernel, as packed weights have it, and afterwards. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void partsOfAResidualConvolutionGiveInPlaceWhatTheWholeMapGives(boolean folded) {
        for (long rows : new long[] {1, 2, 3, 5, 11, 12}) {
            try (PointerScope scope = new PointerScope();
                    NoGrad noGrad = new NoGrad()) {
                torch.manual_seed(2);
                Convolution inner = new Convolution(
                        torch.randn(CHANNELS, 1, 3, 3), torch.randn(CHANNELS), new Convolution.Steps(1, 1, CHANNELS));
                ResidualConvolution convolution = new ResidualConvolution(inner, folded);
                Tensor map = torch.randn(2, 11, 9, CHANNELS);
                Tensor whole = convolution.forward(map);
                convolution.inPlace(map, rows);
                assertSame(map, whole);
            }
        }
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        double largest = expected.abs().max().item_float();
        assertThat(actual.sub(expected).abs().max().item_float() / largest).isLessThan(1e-6);
    }
}
