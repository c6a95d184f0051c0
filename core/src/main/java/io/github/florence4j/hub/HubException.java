package io.github.florence4j.hub;

import java.io.IOException;

/** A model repository that could not be had from the hub or its cache; the message is one sentence for an end user. */
public final class HubException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    public enum Reason {
        /** The hub did not answer, broke off, or said that it cannot answer now (408, 429, 5xx). */
        UNREACHABLE,
        /** The hub refused access (401, 403). */
        DENIED,
        /** No such repository, revision or file. */
        NOT_FOUND,
        /** The bytes that came are not the bytes that the hub announced. */
        DAMAGED,
        /** Offline mode is on and the cache does not hold the model. */
        OFFLINE,
        /** The cache cannot be written: disk full, no permission. */
        LOCAL,
        /** The answer is not one that a hub gives, or names a path that would leave the cache. */
        UNEXPECTED
    }

    /** What went wrong. */
    private final Reason reason;

    HubException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    HubException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** The kind of failure. */
    public Reason reason() {
        return reason;
    }
}
