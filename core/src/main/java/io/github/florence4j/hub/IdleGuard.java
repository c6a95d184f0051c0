package io.github.florence4j.hub;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a response body whose server has gone silent, since the JDK's client sets no limit to that silence. */
final class IdleGuard implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(IdleGuard.class);
    private static final ScheduledThreadPoolExecutor WATCH = watch();

    private final InputStream body;
    private final long limitNanos;
    private final ScheduledFuture<?> check;
    private volatile long lastSign = System.nanoTime();

    IdleGuard(InputStream body, Duration limit) {
        this.body = body;
        this.limitNanos = limit.toNanos();
        long period = Math.max(1, limitNanos / 4);
        this.check = WATCH.scheduleWithFixedDelay(this::closeIfSilent, period, period, TimeUnit.NANOSECONDS);
    }

    /** Tells the guard that bytes have come. */
    void signOfLife() {
        lastSign = System.nanoTime();
    }

    @Override
    public void close() throws IOException {
        check.cancel(false);
        body.close();
    }

    private void closeIfSilent() {
        if (System.nanoTime() - lastSign > limitNanos) {
            try {
                body.close();
            } catch (IOException e) {
                LOG.debug("Closing a silent connection failed", e);
            }
        }
    }

    private static ScheduledThreadPoolExecutor watch() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "florence4j-hub-idle");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
