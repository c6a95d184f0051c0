package io.github.florence4j.packed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What the processor can do, as far as Linux tells; elsewhere it can do nothing special. */
final class Processor {
    private static final Set<String> FLAGS = flags(Path.of("/proc/cpuinfo"));

    private Processor() {}

    /** Whether it has an extension, by the name that Linux gives it. */
    static boolean has(String flag) {
        return FLAGS.contains(flag);
    }

    /** Whether it sums products of 8-bit numbers in 32 bits; else sums of two are held in 16, which only 7-bit operands fit. */
    static boolean sumsBytes() {
        return has("avx512_vnni") || has("avx_vnni");
    }

    static Set<String> flags(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return Set.of();
        }
        try (var lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line ->
                            Set.of(line.substring(line.indexOf(':') + 1).trim().split("\\s+")))
                    .orElse(Set.of());
        } catch (IOException e) {
            return Set.of();
        }
    }
}
