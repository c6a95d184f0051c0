package io.github.florence4j.torch;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Moves results out of a {@link PointerScope} and leaves the temporaries behind.
 *
 * <p>The convention of the whole project: a method that takes tensors borrows them; a tensor that it returns belongs to
 * the caller's scope, or to the caller itself when no scope is open, who then closes it.
 */
public final class Scopes {
    /** Work that makes a result, and may fail as it says. */
    @FunctionalInterface
    public interface Body<T, E extends Exception> {
        /** Does the work. */
        T run() throws E;
    }

    static {
        NativeSettings.apply();
    }

    private Scopes() {}

    /**
     * Runs {@code body} in a scope of its own and frees everything that it made except its result, which belongs to the
     * scope that was open before. When none was, the caller owns it and closes it.
     */
    public static <E extends Exception> Tensor keep(Body<Tensor, E> body) throws E {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope inner = new PointerScope()) {
            return handOver(body.run(), outer);
        }
    }

    /** As {@link #keep(Body)}, for several results; the list is a copy. */
    public static <E extends Exception> List<Tensor> keepAll(Body<List<Tensor>, E> body) throws E {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope inner = new PointerScope()) {
            List<Tensor> results = List.copyOf(body.run());
            results.forEach(result -> handOver(result, outer));
            return results;
        }
    }

    /**
     * Runs {@code body} in a scope of its own and frees everything that it made except its result, which belongs to no
     * scope, whether one is open or not: the caller closes it.
     */
    public static <P extends Pointer, E extends Exception> P own(Body<P, E> body) throws E {
        try (PointerScope inner = new PointerScope()) {
            P result = body.run();
            return result.retainReference();
        }
    }

    private static Tensor handOver(Tensor result, PointerScope outer) {
        if (outer == null) {
            result.retainReference();
        } else {
            outer.attach(result);
        }
        return result;
    }
}
