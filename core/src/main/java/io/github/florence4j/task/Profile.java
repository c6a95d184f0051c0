package io.github.florence4j.task;

import java.util.Locale;

/** Whose processor is followed where the two reference implementations differ (specification, section 8). */
public enum Profile {
    /**
     * The default. Keeps labels in any script, trims them, keeps fractional coordinates and never lets the remains of a
     * tag into a label; prompts as in {@link #TRANSFORMERS}.
     */
    FLORENCE4J,
    /** The port in transformers: trims input and labels, drops non-ASCII characters, coordinates are integers. */
    TRANSFORMERS,
    /** The code published with the checkpoints: trims no input, keeps {@code </s>} in OCR labels, float coordinates. */
    MICROSOFT;

    /** Whether the text that goes into a prompt is trimmed. */
    public boolean trimsInput() {
        return this != MICROSOFT;
    }

    /**
     * The profile called {@code name}, in any case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Profile of(String name) {
        for (Profile profile : values()) {
            if (profile.name().equalsIgnoreCase(name.strip())) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "unknown profile '" + name + "': expected florence4j, transformers or microsoft");
    }

    /** The name in lower case, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
