package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.NativeMemory;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers with weights in half precision against single precision. */
class FewRowsLinearTest {
    /** Rounding to 11 and to 8 binary digits errs by 2^-12 and 2^-9 at most, half of it on average. */
    @ParameterizedTest
    @CsvSource({"1, 1e-5, 3e-4", "3, 1e-5, 3e-4", "8, 1e-5, 3e-4", "9, 5e-4, 4e-3", "64, 5e-4, 4e-3"})
    void aFewRowsAreMultipliedMoreExactlyThanMany(long rows, double least, double most) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(7);
            Tensor weight = torch.randn(96, 64);
            Tensor bias = torch.randn(96);
            Tensor x = torch.randn(1, rows, 64);
            Tensor expected = torch.linear(x, weight).add(bias);
            try (FewRowsLinear layer = new FewRowsLinear(weight, bias)) {
                assertThat(error(layer.forward(x, Regularization.NONE), expected))
                        .isBetween(least, most);
                assertThat(error(layer.forwardGelu(x, Regularization.NONE, 0), torch.gelu(expected)))
                        .isBetween(least, 2 * most);
            }
        }
    }

    @Test
    void closingFreesBothForms() {
        useAndClose();
        long before = Handles.settled();
        useAndClose();
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    private static void useAndClose() {
        try (PointerScope scope = new PointerScope();
                FewRowsLinear layer = new FewRowsLinear(torch.randn(8, 16), null)) {
            layer.forward(torch.randn(2, 16), Regularization.NONE);
            layer.forward(torch.randn(20, 16), Regularization.NONE);
        }
    }

    private static double error(Tensor found, Tensor expected) {
        return found.sub(expected).norm().item_double() / expected.norm().item_double();
    }
}
