package io.github.florence4j.report;

import com.sun.management.OperatingSystemMXBean;
import io.github.florence4j.report.ModelCard.Fact;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/** What this process runs on: processor, memory, operating system, and versions. It names no host, user or path. */
public final class MachineFacts {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private MachineFacts() {}

    /** The facts that can be found out, for a model card or a report. */
    public static List<Fact> rows() {
        List<Fact> rows = new ArrayList<>();
        processor().ifPresent(name -> rows.add(new Fact("processor", name)));
        rows.add(new Fact("logical processors", "" + Runtime.getRuntime().availableProcessors()));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            rows.add(new Fact(
                    "memory",
                    String.format(Locale.ROOT, "%.1f GiB", system.getTotalMemorySize() / (double) (1L << 30))));
        }
        rows.add(new Fact("operating system", System.getProperty("os.name") + " " + System.getProperty("os.arch")));
        rows.add(new Fact("Java", System.getProperty("java.vm.name") + " " + Runtime.version()));
        version("org.bytedeco/pytorch").ifPresent(version -> rows.add(new Fact("libtorch presets", version)));
        version("io.github.florence4j/florence4j-train")
                .ifPresent(version -> rows.add(new Fact("florence4j", version)));
        return rows;
    }

    private static Optional<String> processor() {
        if (!Files.isReadable(PROCESSORS)) {
            return Optional.empty();
        }
        try {
            return Files.readString(PROCESSORS, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The version that Maven wrote into an artifact's jar. */
    private static Optional<String> version(String artifact) {
        try (InputStream in =
                MachineFacts.class.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            if (in == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(in);
            return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
