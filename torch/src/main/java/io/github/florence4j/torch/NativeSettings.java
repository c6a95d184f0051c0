package io.github.florence4j.torch;

/** What JavaCPP must be told before its first class is loaded. */
public final class NativeSettings {
    private NativeSettings() {}

    /**
     * Switches off JavaCPP's own memory limits, unless the user has set them: they count every mapped page of the
     * process, default to four times the Java heap, and would refuse weights that fit. Call it before any libtorch class
     * is touched.
     */
    public static void apply() {
        setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
