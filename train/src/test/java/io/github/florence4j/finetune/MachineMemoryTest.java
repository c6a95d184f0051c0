package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of Linux that tell of memory, as they are on a machine of 64 GB. */
class MachineMemoryTest {
    private static final long GB = 1L << 30;

    @TempDir
    private Path root;

    @Test
    void isWhatTheMachineHasWhereNoContainerLimitsIt() throws IOException {
        write("proc/meminfo", "MemTotal:       67108864 kB\nMemAvailable:   50331648 kB\n");
        assertThat(MachineMemory.available(root)).hasValue(48 * GB);

        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/memory.current", "1000\n");
        assertThat(MachineMemory.available(root)).hasValue(48 * GB);
    }

    @Test
    void isWhatTheContainerLeavesWithoutWhatItsFilesTakeInTheCache() throws IOException {
        write("proc/meminfo", "MemAvailable:   50331648 kB\n");
        write("sys/fs/cgroup/memory.max", 16 * GB + "\n");
        write("sys/fs/cgroup/memory.current", 15 * GB + "\n");
        assertThat(MachineMemory.available(root)).hasValue(GB);

        write("sys/fs/cgroup/memory.stat", "anon 3\nactive_file 5\ninactive_file " + 12 * GB + "\n");
        assertThat(MachineMemory.available(root)).hasValue(13 * GB);
    }

    @Test
    void isNothingRatherThanLess() throws IOException {
        write("proc/meminfo", "MemAvailable:   50331648 kB\n");
        write("sys/fs/cgroup/memory.max", GB + "\n");
        write("sys/fs/cgroup/memory.current", 2 * GB + "\n");
        assertThat(MachineMemory.available(root)).hasValue(0);
    }

    @Test
    void isUnknownWhereNothingTellsIt() {
        assertThat(MachineMemory.available(root)).isEmpty();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
