package io.github.florence4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C and SIGTERM as a wish to stop: the process ends when the work has noticed it, has saved what it must, and closes
 * this.
 */
final class StopSignal implements BooleanSupplier, AutoCloseable {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean wanted;

    /** Listens from now on; {@code told} runs when the wish arrives. */
    StopSignal(Runnable told) {
        this.hook = new Thread(
                () -> {
                    wanted = true;
                    told.run();
                    awaitEnd();
                },
                "florence4j-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void awaitEnd() {
        boolean waiting = true;
        while (waiting) {
            try {
                ended.await();
                waiting = false;
            } catch (InterruptedException e) {
                // nobody interrupts a shutdown hook with a meaning
            }
        }
    }

    /** Whether the wish has arrived. */
    @Override
    public boolean getAsBoolean() {
        return wanted;
    }

    /** The work has ended. */
    @Override
    public void close() {
        ended.countDown();
        if (!wanted) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the process is ending just now, and the hook does not wait any more
            }
        }
    }
}
