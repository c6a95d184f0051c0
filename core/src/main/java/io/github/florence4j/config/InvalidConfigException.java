package io.github.florence4j.config;

/** A configuration file that cannot be used; the message is one sentence for the user. */
public final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** A configuration error with its sentence. */
    public InvalidConfigException(String message) {
        super(message);
    }
}
