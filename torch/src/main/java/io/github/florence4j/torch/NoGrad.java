package io.github.florence4j.torch;

import org.bytedeco.pytorch.GradMode;

/**
 * Switches gradient recording off on this thread until closed; use it in try-with-resources.
 *
 * <p>It holds no native object, so neither a {@code PointerScope} nor the garbage collector can end it at another time
 * or on another thread, as happens to a dropped {@code NoGradGuard}. Nested uses restore what they found.
 */
public final class NoGrad implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final boolean before = GradMode.is_enabled();

    /** Switches recording off. */
    public NoGrad() {
        GradMode.set_enabled(false);
    }

    /**
     * Restores what was in force when this was opened; closing twice is harmless only when nothing else changed it.
     *
     * @throws IllegalStateException on another thread than the one that opened it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("NoGrad was opened on " + thread + " but closed on "
                    + Thread.currentThread() + "; gradient recording is a state of one thread");
        }
        GradMode.set_enabled(before);
    }
}
