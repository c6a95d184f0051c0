package io.github.florence4j.data;

import java.io.IOException;

/** Data that cannot be used at all; the message is one sentence for an end user. */
public final class InvalidDataException extends IOException {
    private static final long serialVersionUID = 1L;

    /** An exception with that sentence. */
    public InvalidDataException(String message) {
        super(message);
    }

    /** An exception with that sentence and the error behind it. */
    public InvalidDataException(String message, Throwable cause) {
        super(message, cause);
    }
}
