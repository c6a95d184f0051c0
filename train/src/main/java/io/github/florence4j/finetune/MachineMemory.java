package io.github.florence4j.finetune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory this process may still take. */
final class MachineMemory {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path GROUP_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final Path GROUP_USED = Path.of("/sys/fs/cgroup/memory.current");

    private static final Path GROUP_STATISTICS = Path.of("/sys/fs/cgroup/memory.stat");

    private MachineMemory() {}

    /** Bytes that are available on the machine and within the container's limit; empty where they are not told. */
    static OptionalLong available() {
        try {
            if (!Files.isReadable(MEMORY)) {
                return OptionalLong.empty();
            }
            long machine = Files.readAllLines(MEMORY).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IOException(MEMORY + " tells no MemAvailable"));
            return OptionalLong.of(Math.min(machine, inGroup()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static long inGroup() throws IOException {
        if (!Files.isReadable(GROUP_LIMIT) || !Files.isReadable(GROUP_USED)) {
            return Long.MAX_VALUE;
        }
        String limit = Files.readString(GROUP_LIMIT).strip();
        return limit.equals("max")
                ? Long.MAX_VALUE
                : Long.parseLong(limit)
                        - Long.parseLong(Files.readString(GROUP_USED).strip());
    }

    /** Cached file contents, which the system gives up when memory is wanted. */
    private static long reclaimable() throws IOException {
        return Files.readAllLines(GROUP_STATISTICS).stream()
                .filter(line -> line.startsWith("inactive_file "))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
