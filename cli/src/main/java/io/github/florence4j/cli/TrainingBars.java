package io.github.florence4j.cli;

import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * Shows how training goes: on a terminal a bar with loss, learning rate, images per second and time left, elsewhere a line
 * every so often. Validations and notices are lines in both.
 */
final class TrainingBars implements TrainingListener, AutoCloseable {
    /** Time between two lines where there is no terminal. */
    static final Duration LINE_EVERY = Duration.ofSeconds(30);

    private final Reporter reporter;
    private final boolean onTerminal;
    private final LongSupplier nanoTime;
    private @Nullable ProgressBar bar;
    private long stepsBefore;
    private long begun;
    private long lastLine;

    /** A display on this process's terminal, if it has one. */
    TrainingBars(Reporter reporter) {
        this(reporter, Terminal.isAttached(), System::nanoTime);
    }

    TrainingBars(Reporter reporter, boolean onTerminal, LongSupplier nanoTime) {
        this.reporter = reporter;
        this.onTerminal = onTerminal;
        this.nanoTime = nanoTime;
    }

    @Override
    public void started(long totalSteps, long firstStep, List<String> sentences) {
        close();
        sentences.forEach(reporter::note);
        stepsBefore = firstStep - 1;
        begun = nanoTime.getAsLong();
        lastLine = begun;
        if (onTerminal && reporter.showsBars()) {
            bar = reporter.bar("training", stepsBefore, totalSteps);
        }
    }

    @Override
    public void step(TrainingPoint point, long totalSteps) {
        if (bar != null) {
            bar.setExtraMessage(" " + figures(point));
            bar.maxHint(totalSteps); // it may have changed
            bar.stepTo(point.step());
        } else if (isTimeForALine() || point.step() == totalSteps) {
            lastLine = nanoTime.getAsLong();
            reporter.note(String.format(
                    Locale.ROOT,
                    "step %d/%d, epoch %.2f, %s, %s left",
                    point.step(),
                    totalSteps,
                    point.epoch(),
                    figures(point),
                    timeLeft(point.step(), totalSteps)));
        }
    }

    @Override
    public void validating(long done, long total) {
        if (bar != null) {
            bar.setExtraMessage(" validating " + done + "/" + total);
            bar.refresh();
        } else if (isTimeForALine()) {
            lastLine = nanoTime.getAsLong();
            reporter.note("validating, " + done + " of " + total + " samples");
        }
    }

    @Override
    public void validated(ValidationPoint point) {
        StringBuilder sentence = new StringBuilder("validation at step " + point.step());
        if (!Double.isNaN(point.loss())) {
            sentence.append(String.format(Locale.ROOT, ", loss %.4f", point.loss()));
        }
        for (Estimate estimate : point.metrics().values()) {
            sentence.append(", ").append(estimate.describe());
        }
        reporter.note(sentence.toString());
    }

    @Override
    public void notice(String sentence) {
        reporter.note(sentence);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            reporter.endBarLine();
            bar = null;
        }
    }

    private boolean isTimeForALine() {
        return nanoTime.getAsLong() - lastLine >= LINE_EVERY.toNanos();
    }

    private static String figures(TrainingPoint point) {
        return String.format(
                Locale.ROOT,
                "loss %.4f, lr %.2e, %.2f images/s",
                point.loss(),
                point.learningRate(),
                point.imagesPerSecond());
    }

    private String timeLeft(long step, long totalSteps) {
        double secondsPerStep = (nanoTime.getAsLong() - begun) / 1e9 / Math.max(1, step - stepsBefore);
        long left = Math.round(secondsPerStep * Math.max(0, totalSteps - step));
        return String.format(Locale.ROOT, "%d:%02d:%02d", left / 3600, left / 60 % 60, left % 60);
    }
}
