package io.github.florence4j.torch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What JavaCPP and libtorch must be told before their first class is loaded. */
public final class NativeSettings {
    private static final Logger LOG = LoggerFactory.getLogger(NativeSettings.class);

    private static boolean applied;

    private NativeSettings() {}

    /**
     * Switches off JavaCPP's own memory limits, unless the user has set them: they count every mapped page of the
     * process, default to four times the Java heap, and would refuse weights that fit. It must be called before any libtorch class
     * is touched; what this project offers for a beginning does so, and only the first call counts.
     *
     * <p>One thing cannot be set from within: threads of OpenMP that wait by spinning take the cores from those of
     * OpenBLAS, which makes decoding several times slower. Where the environment does not forbid it, a warning says so.
     */
    public static synchronized void apply() {
        if (applied) {
            return;
        }
        applied = true;
        setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
        String waiting = System.getenv("OMP_WAIT_POLICY");
        boolean onePool =
                "1".equals(System.getenv("OMP_NUM_THREADS")) || "1".equals(System.getenv("OPENBLAS_NUM_THREADS"));
        if (!"PASSIVE".equalsIgnoreCase(waiting) && !onePool) {
            LOG.warn(
                    "OMP_WAIT_POLICY is {}; start this process with OMP_WAIT_POLICY=PASSIVE, decoding is several times"
                            + " slower without",
                    waiting == null ? "not set" : waiting);
        }
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
