package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineLimitsTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 2, 1})
    void areThoseOfAMachineOfThisCenturyAndLeaveNothingBehind(int bytesPerWeight) {
        MachineLimits.measure(bytesPerWeight);
        long handles = NativeMemory.handles();
        MachineLimits limits = MachineLimits.measure(bytesPerWeight);
        assertThat(limits.operationsPerSecond()).isBetween(1e8, 1e15);
        assertThat(limits.bytesPerSecond()).isBetween(1e8, 1e13);
        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(handles);
    }

    @Test
    void otherWeightsAreRefused() {
        assertThatThrownBy(() -> MachineLimits.measure(3)).hasMessageContaining("expected 4, 2 or 1");
    }
}
