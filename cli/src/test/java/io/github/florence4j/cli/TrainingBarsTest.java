package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrainingBarsTest {
    private final StringWriter err = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void writesALineEveryHalfMinuteWhereThereIsNoTerminal() {
        try (TrainingBars bars = bars(false, false)) {
            bars.started(100, 1, List.of("231,000,000 parameters"));
            for (int step = 1; step <= 100; step++) {
                pass(Duration.ofSeconds(1));
                bars.step(point(step), 100);
            }
        }

        assertThat(err.toString().lines())
                .containsExactly(
                        "florence4j: 231,000,000 parameters",
                        "florence4j: step 30/100, epoch 0.30, loss 2.5000, lr 1.00e-06, 1.25 images/s, 0:01:10 left",
                        "florence4j: step 60/100, epoch 0.60, loss 2.5000, lr 1.00e-06, 1.25 images/s, 0:00:40 left",
                        "florence4j: step 90/100, epoch 0.90, loss 2.5000, lr 1.00e-06, 1.25 images/s, 0:00:10 left",
                        "florence4j: step 100/100, epoch 1.00, loss 2.5000, lr 1.00e-06, 1.25 images/s, 0:00:00 left");
    }

    @Test
    void reckonsTheTimeLeftFromTheStepsOfThisRun() {
        try (TrainingBars bars = bars(false, false)) {
            bars.started(3691, 91, List.of());
            pass(Duration.ofSeconds(30));
            bars.step(point(91), 3691);
        }

        assertThat(err.toString()).contains("step 91/3691").endsWith("30:00:00 left" + System.lineSeparator());
    }

    @Test
    void drawsABarOnATerminal() {
        try (TrainingBars bars = bars(true, false)) {
            bars.started(100, 91, List.of());
            bars.step(point(100), 100);
        }

        String last = err.toString().substring(err.toString().lastIndexOf('\r') + 1);
        assertThat(last)
                .startsWith("training 100% [")
                .contains("100/100", "loss 2.5000, lr 1.00e-06, 1.25 images/s")
                .endsWith(System.lineSeparator())
                .hasSizeLessThanOrEqualTo(101);
    }

    @Test
    void tellsValidationsAndNoticesOnLinesOfTheirOwn() {
        Estimate anls = new Estimate("anls", 0.5, 0.47, 0.53, 200, new Bootstrap(7));
        try (TrainingBars bars = bars(true, false)) {
            bars.started(100, 1, List.of());
            bars.validated(new ValidationPoint(50, 0.5, 1.25, Map.of("anls", anls), 200));
            bars.validated(new ValidationPoint(60, 0.6, Double.NaN, Map.of(), 200));
            bars.notice("saved step 50");
        }

        assertThat(err.toString().lines())
                .contains(
                        "florence4j: validation at step 50, loss 1.2500, anls 0.5000"
                                + " (95 % interval 0.4700..0.5300, 200 samples, seed 7)",
                        "florence4j: validation at step 60", "florence4j: saved step 50");
    }

    @Test
    void saysNothingWhenAskedToBeQuiet() {
        for (boolean onTerminal : new boolean[] {true, false}) {
            try (TrainingBars bars = bars(onTerminal, true)) {
                bars.started(1, 1, List.of("hello"));
                bars.step(point(1), 1);
                bars.notice("hello");
            }
        }

        assertThat(err.toString()).isEmpty();
    }

    private TrainingBars bars(boolean onTerminal, boolean quiet) {
        return new TrainingBars(new Reporter(new PrintWriter(err), quiet), onTerminal, nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static TrainingPoint point(long step) {
        return new TrainingPoint(step, step / 100.0, 2.5, 1e-6, 2, 1.25, 15, step, 4);
    }
}
