package io.github.florence4j.onednn;

import io.github.florence4j.torch.Threads;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;

/**
 * The kernels of this process, one for each operation and shape that came, kept for good: compiling one takes milliseconds, and what lies among
 * the intermediate results of an image for long would break up their memory. They are made for a number of threads.
 */
final class Kernels {
    private record Key(Object operation, int threads) {}

    private static final Map<Key, Kernel> MADE = new ConcurrentHashMap<>();

    private Kernels() {}

    /**
     * The kernel of an operation, made when it comes first.
     *
     * @param operation a record that tells it, and the shapes of its operands, from all others
     */
    static Kernel of(Object operation, Supplier<Kernel> make) {
        return MADE.computeIfAbsent(new Key(operation, Threads.count()), key -> {
            try (PointerScope scope = new PointerScope()) { // descriptions of what was made
                return make.get();
            }
        });
    }
}
