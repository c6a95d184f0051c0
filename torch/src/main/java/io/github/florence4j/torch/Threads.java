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

/** The threads that one libtorch operation may use. */
public final class Threads {
    private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");

    private static boolean settled;

    private Threads() {}

    /** The threads that one operation may use. */
    public static int count() {
        useAllCores();
        return torch.get_num_threads();
    }

    /**
     * Lets an operation use all cores, unless the number was set before, here or as {@code OMP_NUM_THREADS}. By itself libtorch takes as
     * many as its library counts, which finds one core in some virtual machines with several. What Java says that the process may
     * use is the limit. Called before the first work of a process.
     */
    public static synchronized void useAllCores() {
        if (!settled && System.getenv("OMP_NUM_THREADS") == null) {
            int usable = Runtime.getRuntime().availableProcessors();
            torch.set_num_threads(Math.min(usable, cores(PROCESSORS).orElseGet(torch::get_num_threads)));
        }
        settled = true;
    }

    /**
     * Sets how many threads one operation may use, in this process.
     *
     * @throws IllegalArgumentException when {@code count} is below 1
     */
    public static synchronized void set(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of threads is " + count + "; expected 1 or more");
        }
        settled = true;
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
