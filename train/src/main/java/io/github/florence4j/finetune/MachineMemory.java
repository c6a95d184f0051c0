package io.github.florence4j.finetune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory this process may still take. */
final class MachineMemory {
    private MachineMemory() {}

    /** Bytes that are available on the machine and within the container's limit; empty where they are not told. */
    static OptionalLong available() {
        return available(Path.of("/"));
    }

    /** As {@link #available()}, as the files below {@code root} tell it. */
    static OptionalLong available(Path root) {
        Path memory = root.resolve("proc/meminfo");
        try {
            if (!Files.isReadable(memory)) {
                return OptionalLong.empty();
            }
            long machine = 1024
                    * entry(memory, "MemAvailable:")
                            .orElseThrow(() -> new IOException(memory + " tells no MemAvailable"));
            return OptionalLong.of(Math.min(machine, inGroup(root.resolve("sys/fs/cgroup"))));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** What the limit of the container leaves; cached contents of files do not count, for the system gives them up. */
    private static long inGroup(Path group) throws IOException {
        Path limit = group.resolve("memory.max");
        Path used = group.resolve("memory.current");
        if (!Files.isReadable(limit) || !Files.isReadable(used)) {
            return Long.MAX_VALUE;
        }
        String most = Files.readString(limit).strip();
        if (most.equals("max")) {
            return Long.MAX_VALUE;
        }
        Path statistics = group.resolve("memory.stat");
        long cached = Files.isReadable(statistics)
                ? entry(statistics, "inactive_file ").orElse(0)
                : 0;
        return Math.max(
                0, Long.parseLong(most) - Long.parseLong(Files.readString(used).strip()) + cached);
    }

    private static OptionalLong entry(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }
}
