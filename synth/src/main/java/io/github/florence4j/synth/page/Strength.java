package io.github.florence4j.synth.page;

import java.util.Locale;

/** How strong an effect may become; each page draws its own amount up to it. */
public enum Strength {
    /** The effect is left out. */
    NONE,
    /** A good copy. */
    LIGHT,
    /** A used sheet, a fair scan. */
    MEDIUM,
    /** As bad as can still be read. */
    STRONG;

    /** The value for this strength. */
    public double of(double light, double medium, double strong) {
        return switch (this) {
            case NONE -> 0;
            case LIGHT -> light;
            case MEDIUM -> medium;
            case STRONG -> strong;
        };
    }

    /** The lower-case name, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
