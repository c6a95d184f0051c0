package io.github.florence4j.cli;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Sentences and progress bars on the error stream, kept out of each other's lines. Safe for concurrent use. */
final class Reporter {
    private static final int BAR_WIDTH = 100;
    private static final int REFRESH_MILLIS = 500;

    private final PrintWriter err;
    private final boolean quiet;
    private boolean inBar;

    /**
     * A reporter.
     *
     * @param quiet whether bars and notes are left out; failures are always told
     */
    Reporter(PrintWriter err, boolean quiet) {
        this.err = err;
        this.quiet = quiet;
    }

    /** Tells a failure. */
    synchronized void failure(String sentence) {
        endBarLine();
        err.println("florence4j: " + sentence);
        err.flush();
    }

    /** Tells something worth knowing. */
    synchronized void note(String sentence) {
        if (!quiet) {
            failure(sentence);
        }
    }

    /** Whether bars are wanted at all. */
    boolean showsBars() {
        return !quiet;
    }

    /** A bar over that many steps, -1 for not known; the caller closes it. */
    ProgressBar bar(String what, long steps) {
        return builder(what, steps).build();
    }

    /** A bar over steps of which some were done by an earlier run, and do not count for the time left. */
    ProgressBar bar(String what, long done, long steps) {
        return builder(what, steps).startsFrom(done, Duration.ZERO).build();
    }

    /** A bar over bytes, shown in MB. */
    ProgressBar byteBar(String what, long bytes) {
        return builder(what, bytes).setUnit(" MB", 1_000_000).showSpeed().build();
    }

    private ProgressBarBuilder builder(String what, long steps) {
        return new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setConsumer(new DelegatingProgressBarConsumer(this::drawBar, BAR_WIDTH));
    }

    private synchronized void drawBar(String line) {
        err.print("\r" + line.stripTrailing());
        err.flush();
        inBar = true;
    }

    /** Ends the line of a bar that is done. */
    synchronized void endBarLine() {
        if (inBar) {
            err.println();
            err.flush();
            inBar = false;
        }
    }
}
