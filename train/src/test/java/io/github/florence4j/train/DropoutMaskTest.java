package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.torch.Tensors;
import java.lang.management.ManagementFactory;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DropoutMaskTest {
    @ParameterizedTest
    @CsvSource({"0.1, FLOAT32, 1e-5", "0.5, FLOAT64, 1e-12", "0.1, BFLOAT16, 0.004", "0.9, FLOAT32, 1e-3"})
    void factorsAreZeroAtTheRateAndElseKeepTheMean(double rate, DType dtype, double tolerance) {
        try (PointerScope scope = new PointerScope()) {
            Tensor like = torch.zeros(1000, 1001).to(dtype.scalarType());
            Tensor factors = DropoutMask.factors(42, rate, like);
            assertThat(DType.of(factors)).isEqualTo(dtype);
            assertThat(factors.shape()).containsExactly(1000, 1001);
            double kept = factors.count_nonzero().item_long() / 1001000.0;
            assertThat(kept).isCloseTo(1 - rate, within(0.002)); // four standard deviations
            assertThat(factors.max().item_double() * (1 - rate)).isCloseTo(1, within(tolerance));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, FLOAT32, 1000, 100",
        "0.5, FLOAT64, 77, 13",
        "0.1, BFLOAT16, 1000, 100",
        "0.3, BFLOAT16, 77, 13",
        "0.1, BFLOAT16, 2, 6",
        "0.9, FLOAT32, 100, 100",
        "0, FLOAT32, 100, 100",
        "0, BFLOAT16, 100, 100"
    })
    void whatRemainsAreTheElementsWhoseFactorsAreNotZero(double rate, DType dtype, long rows, long columns) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(3);
            Tensor x = torch.randn(rows, columns).to(dtype.scalarType());
            Tensor kept = DropoutMask.factors(42, rate, x).ne(new Scalar(0));
            Tensor expected = torch.where(kept, x, torch.zeros_like(x));
            Tensor before = x.clone();

            Tensor remaining = DropoutMask.remaining(42, rate, x);

            assertThat(DType.of(remaining)).isEqualTo(dtype);
            assertThat(remaining.equal(expected)).isTrue();
            assertThat(x.equal(before)).isTrue();
            Tensor turned = x.t(); // elements count in the order of rows, however they lie in memory
            assertThat(DropoutMask.remaining(42, rate, turned)
                            .equal(DropoutMask.remaining(42, rate, turned.contiguous())))
                    .isTrue();
        }
    }

    /** Rows and columns of a square of factors are as even as independent draws: chi-square near its mean. */
    @Test
    void noRowColumnOrNeighbourIsFavoured() {
        try (PointerScope scope = new PointerScope()) {
            int side = 1000;
            double rate = 0.1;
            Tensor dropped = DropoutMask.factors(7, rate, torch.zeros(side, side))
                    .eq(new Scalar(0))
                    .to(torch.ScalarType.Float);
            double variance = side * rate * (1 - rate);
            for (int axis = 0; axis < 2; axis++) {
                double square = 0;
                for (float count : Tensors.floats(dropped.sum(axis))) {
                    square += (count - side * rate) * (count - side * rate) / variance;
                }
                assertThat(square / side).as("axis %d", axis).isCloseTo(1, within(0.2)); // 4.5 standard deviations
            }
            Tensor flat = dropped.flatten();
            for (int lag : new int[] {1, 2, 3, 4, 8, side}) {
                long count = flat.size(0) - lag;
                double both = flat.narrow(0, 0, count)
                        .mul(flat.narrow(0, lag, count))
                        .mean()
                        .item_double();
                assertThat(both).as("lag %d", lag).isCloseTo(rate * rate, within(0.0005)); // five standard deviations
            }
        }
    }

    @Test
    void theSeedDecidesAndComesFromTheDefaultGenerator() {
        try (PointerScope scope = new PointerScope()) {
            Tensor like = torch.zeros(50_000);
            Seeds.set(3);
            long seed = DropoutMask.seed();
            assertThat(DropoutMask.seed()).isNotEqualTo(seed);
            Seeds.set(3);
            assertThat(DropoutMask.seed()).isEqualTo(seed);
            Tensor once = DropoutMask.factors(seed, 0.5, like);
            assertThat(DropoutMask.factors(seed, 0.5, like).equal(once)).isTrue();
            Tensor next = DropoutMask.factors(seed + 1, 0.5, like);
            double agreeing = next.eq(once).to(torch.ScalarType.Float).mean().item_double();
            assertThat(agreeing).isCloseTo(0.5, within(0.01));
        }
    }

    @Test
    void anyNumberOfElementsIsFilled() {
        try (PointerScope scope = new PointerScope()) {
            for (int count : new int[] {1, 2, 3, 4, 5, 16383, 16384, 16385, 70001}) {
                float[] values = Tensors.floats(DropoutMask.factors(1, 0.25, torch.zeros(count)));
                assertThat(values).hasSize(count);
                for (float value : values) {
                    assertThat(value).isIn(0f, 4 / 3f);
                }
            }
        }
    }

    /** A step of eight pictures draws for a gigabyte of elements. */
    @Test
    void drawingLeavesHardlyAnyGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.ones(2000, 2000).to(DType.BFLOAT16.scalarType()); // 8 MB
            DropoutMask.remaining(42, 0.1, x).close(); // makes the memory of each thread
            long before = threads.getCurrentThreadAllocatedBytes();
            DropoutMask.remaining(42, 0.1, x).close();
            DropoutMask.factors(42, 0.1, x).close();
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
        }
    }
}
