package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizedRowsTest {
    /** Shifts of a normal distribution to both sides of zero and beyond. */
    @ParameterizedTest
    @ValueSource(doubles = {-20, -1, 0, 0.5, 30})
    void anElementErrsByHalfAStepAtMost(double shift) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(4);
            Tensor x = torch.randn(37, 5, 19).add(new Scalar(shift));
            QuantizedRows rows = QuantizedRows.of(x);
            assertThat(rows.bytes().shape()).isEqualTo(x.shape());
            assertThat(rows.zero()).isBetween(0L, 255L);
            assertThat(restored(rows).sub(x).abs().max().item_double()).isLessThan(rows.scale() * 0.51);
        }
    }

    @Test
    void zeroHasNoError() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.randn(50).add(new Scalar(7.0));
            x.narrow(0, 3, 4).zero_();
            Tensor restored = restored(QuantizedRows.of(x));
            assertThat(restored.narrow(0, 3, 4).abs().max().item_double()).isZero();
        }
    }

    @Test
    void nothingButZerosIsKept() {
        try (PointerScope scope = new PointerScope()) {
            QuantizedRows rows = QuantizedRows.of(torch.zeros(3, 4));
            assertThat(restored(rows).abs().max().item_double()).isZero();
        }
    }

    private static Tensor restored(QuantizedRows rows) {
        return rows.bytes()
                .to(ScalarType.Float)
                .sub(new Scalar((double) rows.zero()))
                .mul(new Scalar(rows.scale()));
    }
}
