package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.train.LearningRate.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates of steps 0, 1, 3, 4, 5, 12, 19 and 20 of 20, from {@code get_scheduler} of transformers 5.18. */
class LearningRateTest {
    private static final long[] STEPS = {0, 1, 3, 4, 5, 12, 19, 20};

    @ParameterizedTest
    @CsvSource({
        "CONSTANT, 0, 0.002 0.002 0.002 0.002 0.002 0.002 0.002 0.002",
        "CONSTANT, 4, 0.0 0.0005 0.0015 0.002 0.002 0.002 0.002 0.002",
        "LINEAR, 0, 0.002 0.0019 0.0017 0.0016 0.0015 0.0008 0.0001 0.0",
        "LINEAR, 4, 0.0 0.0005 0.0015 0.002 0.001875 0.001 0.000125 0.0",
        "COSINE, 0, 0.002 0.0019876883405951376 0.0018910065241883678 0.0018090169943749475"
                + " 0.0017071067811865474 0.0006909830056250527 1.231165940486234e-05 0.0",
        "COSINE, 4, 0.0 0.0005 0.0015 0.002 0.0019807852804032307 0.001 1.921471959676957e-05 0.0"
    })
    void followsTheSchedulesOfTransformers(Schedule schedule, long warmUp, String rates) {
        LearningRate rate = new LearningRate(schedule, 2e-3, warmUp, 20);
        String[] expected = rates.split(" ");
        for (int i = 0; i < STEPS.length; i++) {
            assertThat(rate.at(STEPS[i]))
                    .as("step %d", STEPS[i])
                    .isCloseTo(Double.parseDouble(expected[i]), within(1e-15));
        }
    }

    @Test
    void staysAtTheEndBeyondTheLastStep() {
        assertThat(new LearningRate(Schedule.LINEAR, 1, 0, 10).at(11)).isZero();
        assertThat(new LearningRate(Schedule.COSINE, 1, 10, 10).at(10)).isEqualTo(1);
    }

    @Test
    void anImpossibleRateIsNamed() {
        assertThatThrownBy(() -> new LearningRate(Schedule.LINEAR, 0, 0, 10))
                .hasMessage("learning rate is 0.0; expected above 0");
        assertThatThrownBy(() -> new LearningRate(Schedule.LINEAR, 1, 11, 10))
                .hasMessage("number of warm-up steps is 11; expected 0 to 10, all steps");
    }
}
