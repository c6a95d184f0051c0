package io.github.florence4j.packed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What a processor can do.
 *
 * @param flags its extensions, by the names that Linux gives them
 */
record Processor(Set<String> flags) {
    /** The one that this runs on, as far as Linux tells; elsewhere it can do nothing special. */
    static final Processor HERE = read(Path.of("/proc/cpuinfo"));

    /** Whether it multiplies bfloat16 by itself; else it is made single precision for each product, which is slower than that alone. */
    boolean multipliesHalf() {
        return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
    }

    /** Whether it sums products of 8-bit numbers in 32 bits; else sums of two are held in 16, which only 7-bit operands fit. */
    boolean sumsBytes() {
        return flags.contains("avx512_vnni") || flags.contains("avx_vnni");
    }

    /** Whether it makes single precision of IEEE half precision, eight numbers at a time. */
    boolean widensHalf() {
        return flags.contains("avx2") && flags.contains("f16c");
    }

    static Processor read(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return new Processor(Set.of());
        }
        try (var lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).trim().split("\\s+"))
                    .map(flags -> new Processor(Set.of(flags)))
                    .orElseGet(() -> new Processor(Set.of()));
        } catch (IOException e) {
            return new Processor(Set.of());
        }
    }
}
