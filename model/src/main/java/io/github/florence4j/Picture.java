package io.github.florence4j;

import io.github.florence4j.torch.Scopes;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The visual tokens of an image, computed for the first prompt on it and freed after the last, whichever thread they are on. */
final class Picture {
    private @Nullable Supplier<Tensor> source;
    private @Nullable Tensor tokens;
    private int uses;
    private double millis;

    /**
     * A picture.
     *
     * @param source computes its visual tokens {@code (1, v, p)}; let go of when it has
     */
    Picture(Supplier<Tensor> source) {
        this.source = source;
    }

    /** Tells of a further prompt on it. */
    synchronized void use() {
        uses++;
    }

    /** The visual tokens {@code (1, v, p)}; they stay the picture's. */
    synchronized Tensor tokens() {
        Supplier<Tensor> fresh = source;
        if (tokens == null && fresh != null) {
            long start = System.nanoTime();
            tokens = Scopes.own(fresh::get);
            source = null;
            millis = (System.nanoTime() - start) / 1e6;
        }
        if (tokens == null) {
            throw new IllegalStateException("the visual tokens of the image were freed");
        }
        return tokens;
    }

    /** What computing them took, 0 before. */
    synchronized double millis() {
        return millis;
    }

    /** Tells that a prompt on it is done; whether it was the last. */
    synchronized boolean release() {
        uses--;
        if (uses == 0) {
            close();
        }
        return uses == 0;
    }

    /** Frees the visual tokens, whoever still wanted them. */
    synchronized void close() {
        source = null;
        if (tokens != null) {
            tokens.close();
            tokens = null;
        }
    }
}
