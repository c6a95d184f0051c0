package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many threads an operation takes in a process of its own, where nobody set them. */
class ThreadsTest {
    /** Prints the threads that libtorch takes, set by a first argument before. */
    static final class Counting {
        public static void main(String[] args) {
            if (args.length > 0) {
                Threads.set(Integer.parseInt(args[0]));
            }
            Threads.useAllCores();
            System.out.println(torch.get_num_threads());
        }
    }

    @Test
    void anOperationTakesAllCoresWhereNothingIsSet() throws Exception {
        int usable = Runtime.getRuntime().availableProcessors();
        int expected = Math.min(
                usable, Threads.cores(Path.of("/sys/devices/system/cpu")).orElse(usable));
        assertThat(count(null)).isEqualTo(expected);
    }

    @Test
    void whatTheEnvironmentOrACallSetIsLeft() throws Exception {
        assertThat(count("3")).isEqualTo(3);
        assertThat(count(null, "5")).isEqualTo(5);
    }

    @Test
    void processorsOfOneCoreCountOnceAndThoseThatAreOffNot(@TempDir Path folder) throws IOException {
        String[] siblings = {"0,2\n", "1,3\n", "0,2\n", "1,3\n"};
        for (int i = 0; i < siblings.length; i++) {
            Path topology = Files.createDirectories(folder.resolve("cpu" + i).resolve("topology"));
            Files.writeString(topology.resolve("thread_siblings_list"), siblings[i]);
        }
        Files.createDirectories(folder.resolve("cpu4")); // off
        Files.createDirectories(folder.resolve("cpufreq"));
        assertThat(Threads.cores(folder)).hasValue(2);
    }

    @Test
    void whereNothingTellsOfCoresNoneAreCounted(@TempDir Path folder) {
        assertThat(Threads.cores(folder)).isEmpty();
        assertThat(Threads.cores(folder.resolve("missing"))).isEmpty();
    }

    private static int count(String variable, String... arguments) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Counting.class.getName());
        builder.command().addAll(List.of(arguments));
        builder.environment().remove("OMP_NUM_THREADS");
        if (variable != null) {
            builder.environment().put("OMP_NUM_THREADS", variable);
        }
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes()).trim();
        assertThat(process.waitFor()).isZero();
        return Integer.parseInt(said);
    }
}
