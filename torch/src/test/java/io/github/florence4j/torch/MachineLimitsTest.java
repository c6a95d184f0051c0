package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Handles;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineLimitsTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 2, 1})
    void areThoseOfAMachineOfThisCenturyAndLeaveNothingBehind(int bytesPerWeight) {
        MachineLimits.measure(bytesPerWeight);

        long handles = Handles.settled();
        MachineLimits limits = MachineLimits.measure(bytesPerWeight);

        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(handles);
        assertThat(limits.operationsPerSecond()).isBetween(1e9, 1e15);
        assertThat(limits.bytesPerSecond()).isBetween(1e9, 2e12);
    }

    /**
     * Beside plain products and copies, whose rates are counted here. No processor's bytes are so much faster, nor its plain
     * products so much slower; but a wrong unit is, and so is an operator that leaves the product out. (In 16 bits a processor
     * without instructions for them is slower without a limit.)
     */
    @ParameterizedTest
    @ValueSource(ints = {4, 1})
    void areOfTheOrderOfAPlainProductAndOfACopy(int bytesPerWeight) {
        MachineLimits limits = MachineLimits.measure(bytesPerWeight);

        try (PointerScope scope = new PointerScope()) {
            Tensor left = torch.randn(1024, 512);
            Tensor right = torch.randn(512, 1024);
            Tensor large = torch.ones(16L << 20);
            double product = 2.0 * 1024 * 512 * 1024 / seconds(() -> torch.mm(left, right));
            Tensor target = torch.zeros_like(large);
            double copy = 2.0 * 4 * (16L << 20) / seconds(() -> target.copy_(large));

            assertThat(limits.operationsPerSecond()).isBetween(product / 8, product * 100);
            assertThat(limits.bytesPerSecond()).isBetween(copy / 30, copy * 30);
        }
    }

    @Test
    void otherWeightsAreRefused() {
        assertThatThrownBy(() -> MachineLimits.measure(3)).hasMessageContaining("expected 4, 2 or 1");
    }

    /** Of the fastest of some; what they make is left to the scope. */
    private static double seconds(Supplier<Tensor> work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            long start = System.nanoTime();
            Tensor unused = work.get();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }
}
