package io.github.florence4j.torch;

import org.bytedeco.pytorch.InferenceMode;

/**
 * Leaves out on this thread all that gradients need until closed: their recording, as {@link NoGrad}, and the bookkeeping of views
 * and versions of tensors, which short operators feel. Use it in try-with-resources.
 *
 * <p>Tensors made under it cannot be trained with later, nor changed in place once it is closed.
 */
public final class InferenceOnly implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final InferenceMode mode;

    /** Begins. */
    public InferenceOnly() {
        // Of no scope: it must end here and now, on this thread.
        this.mode = Scopes.own(() -> new InferenceMode(true));
    }

    /**
     * Restores what was in force when this was opened.
     *
     * @throws IllegalStateException on another thread than the one that opened it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("InferenceOnly was opened on " + thread + " but closed on "
                    + Thread.currentThread() + "; it is a state of one thread");
        }
        mode.close();
    }
}
