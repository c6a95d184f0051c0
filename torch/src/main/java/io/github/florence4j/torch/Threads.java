package io.github.florence4j.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The threads that one libtorch operation may use. libtorch keeps the number for each thread that calls it, and gives a new one the number
 * that any thread set last; so what computes here sets its own before it begins.
 */
public final class Threads {
    private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");
    private static final ThreadLocal<@Nullable Integer> HERE = new ThreadLocal<>();

    private static int standard; // guarded by the class; 0 until it is asked for or set

    static {
        NativeSettings.apply();
    }

    private Threads() {}

    /** The threads that one operation of this thread may use: as set here or, if it was not, for the process. */
    public static int count() {
        Integer own = HERE.get();
        if (own != null) {
            return own;
        }
        int standard = standard();
        setHere(standard);
        return standard;
    }

    /**
     * Lets an operation of this thread use all cores, unless the number was set before, here or as {@code OMP_NUM_THREADS}. By itself
     * libtorch takes as many as its library counts, which finds one core in some virtual machines with several. What Java says that the
     * process may use is the limit. Called before the first work of a thread.
     */
    public static void useAllCores() {
        count();
    }

    private static synchronized int standard() {
        if (standard == 0) {
            standard = System.getenv("OMP_NUM_THREADS") != null
                    ? torch.get_num_threads()
                    : Math.min(
                            Runtime.getRuntime().availableProcessors(),
                            cores(PROCESSORS).orElseGet(torch::get_num_threads));
        }
        return standard;
    }

    /**
     * Sets how many threads one operation may use, for this thread and for all that neither set nor asked for theirs yet.
     *
     * @throws IllegalArgumentException when {@code count} is below 1
     */
    public static void set(int count) {
        setHere(count);
        synchronized (Threads.class) {
            standard = count;
        }
    }

    /**
     * Sets how many threads one operation of this thread may use.
     *
     * @throws IllegalArgumentException when {@code count} is below 1
     */
    public static void setHere(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of threads is " + count + "; expected 1 or more");
        }
        HERE.set(count);
        torch.get_num_threads(); // else the first operation of this thread would take what another thread has set
        // until then
        torch.set_num_threads(count);
    }

    /** The cores that Linux knows of, each of which may be several processors; empty elsewhere. */
    static OptionalInt cores(Path processors) {
        Set<String> cores = new HashSet<>();
        if (Files.isDirectory(processors)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(processors, "cpu[0-9]*")) {
                for (Path processor : folders) {
                    Path siblings = processor.resolve("topology/thread_siblings_list"); // such as 0,64; none when off
                    if (Files.isReadable(siblings)) {
                        cores.add(Files.readString(siblings).trim());
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                return OptionalInt.empty();
            }
        }
        return cores.isEmpty() ? OptionalInt.empty() : OptionalInt.of(cores.size());
    }
}
