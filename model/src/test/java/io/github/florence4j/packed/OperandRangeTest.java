package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** Parts of an operand, quantised one after the other, against themselves. */
class OperandRangeTest {
    @Test
    void aPartThatFitsIsQuantisedByTheRangeOfThePartBefore() {
        try (PointerScope scope = new PointerScope()) {
            OperandRange range = new OperandRange();
            assertThat(range.isKnown()).isFalse();
            QuantizedRows first = range.quantize(between(-2, 3));
            assertThat(range.isKnown()).isTrue();
            Tensor x = between(-1.9, 2.5);
            QuantizedRows second = range.quantize(x);
            assertThat(second.scale()).isBetween(first.scale() * 1.2, first.scale() * 1.3);
            assertThat(largestError(second, x)).isLessThan(second.scale() * 0.51);
        }
    }

    @Test
    void nothingIsCutOffOfAPartThatDoesNotFit() {
        for (double[] wider : new double[][] {{-2, 30}, {-30, 3}, {-30, 30}, {-2, 3.3}, {5, 6}}) {
            try (PointerScope scope = new PointerScope()) {
                OperandRange range = new OperandRange();
                range.quantize(between(-2, 3));
                Tensor x = between(wider[0], wider[1]);
                QuantizedRows rows = range.quantize(x);
                assertThat(largestError(rows, x)).isLessThan(rows.scale() * 0.51);
                double own = (Math.max(0, wider[1]) - Math.min(0, wider[0])) / 255;
                assertThat(rows.scale()).isBetween(own * 0.99, own * 1.26);
            }
        }
    }

    @Test
    void aPartOnTheOtherSideOfZeroIsNotCutOff() {
        try (PointerScope scope = new PointerScope()) {
            OperandRange range = new OperandRange();
            range.quantize(between(0, 3));
            Tensor x = between(-2, 1);
            QuantizedRows rows = range.quantize(x);
            assertThat(largestError(rows, x)).isLessThan(rows.scale() * 0.51);
        }
    }

    /** Zero is within such a range, not at its end. */
    @Test
    void partsOnOneSideOfZeroFit() {
        for (double[] side : new double[][] {{0, 3}, {-3, 0}}) {
            try (PointerScope scope = new PointerScope()) {
                OperandRange range = new OperandRange();
                QuantizedRows first = range.quantize(between(side[0], side[1]));
                Tensor x = between(side[0] * 0.9, side[1] * 0.9);
                QuantizedRows second = range.quantize(x);
                assertThat(second.scale()).isGreaterThan(first.scale() * 1.2);
                assertThat(largestError(second, x)).isLessThan(second.scale() * 0.51);
            }
        }
    }

    @Test
    void theRangeGrowsWithThePartsThatCome() {
        try (PointerScope scope = new PointerScope()) {
            OperandRange range = new OperandRange();
            range.quantize(between(-2, 3));
            double before = range.highest();
            range.quantize(between(-1, 9));
            assertThat(range.highest()).isGreaterThan(before * 2.7);
            QuantizedRows rows = range.quantize(between(-2, 8));
            assertThat(rows.scale()).isGreaterThan(10.9 / 255);
        }
    }

    /** Infinity has no bytes: it comes out as it would without parts. */
    @Test
    void whatIsNoNumberIsNotHidden() {
        try (PointerScope scope = new PointerScope()) {
            for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                for (long at : new long[] {7, 1000}) { // among whole vectors, and after them
                    OperandRange range = new OperandRange();
                    range.quantize(between(-2, 3));
                    Tensor x = between(-1, 1);
                    x.select(0, at).fill_(new Scalar(odd));
                    assertThat(Double.isFinite(range.quantize(x).scale())).isFalse();
                }
            }
        }
    }

    /** Evenly spread, ends included. */
    private static Tensor between(double lowest, double highest) {
        return torch.linspace(new Scalar(lowest), new Scalar(highest), 1001);
    }

    private static double largestError(QuantizedRows rows, Tensor x) {
        Tensor restored = rows.bytes()
                .to(ScalarType.Float)
                .sub(new Scalar((double) rows.zero()))
                .mul(new Scalar(rows.scale()));
        return restored.sub(x).abs().max().item_double();
    }
}
