package io.github.florence4j.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.bytedeco.javacpp.Pointer;

/** Memory outside the Java heap, as far as this process can see it. */
public final class NativeMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private NativeMemory() {}

    /** Bytes resident in memory now, heap, libraries and mapped files included; empty where there is no /proc. */
    public static OptionalLong resident() {
        return field("VmRSS:");
    }

    /** The most bytes ever resident; empty where there is no /proc. */
    public static OptionalLong peakResident() {
        return field("VmHWM:");
    }

    /** Native objects that JavaCPP holds and has not freed: a number that grows over equal steps is a leak. */
    public static long handles() {
        return Pointer.totalCount();
    }

    private static OptionalLong field(String name) {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
