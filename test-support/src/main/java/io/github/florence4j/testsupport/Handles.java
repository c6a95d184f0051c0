package io.github.florence4j.testsupport;

import org.bytedeco.javacpp.Pointer;

/** Counts native objects in tests that look for what is left. */
public final class Handles {
    private static final int CALM = 3; // counts in a row that must agree
    private static final int MOST = 200; // counts in all
    private static final long PAUSE_MILLIS = 20; // for the thread that frees what was collected

    private Handles() {}

    /**
     * Native objects that JavaCPP holds when the garbage of all tests before is collected. A count that still has some may fall at
     * any moment, and a leak hide behind it.
     *
     * @throws IllegalStateException when the number does not settle
     */
    public static long settled() {
        long count = Pointer.totalCount();
        int calm = 0;
        for (int i = 0; calm < CALM; i++) {
            if (i == MOST) {
                throw new IllegalStateException("native objects come and go: " + count + " after " + MOST + " counts");
            }
            System.gc();
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while garbage is collected", e);
            }
            long now = Pointer.totalCount();
            calm = now == count ? calm + 1 : 0;
            count = now;
        }
        return count;
    }
}
