package io.github.florence4j.image;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An image or document that cannot be read; the message is one sentence for an end user and names the file and the cause. */
public final class UnreadableImageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** An exception that says {@code name: reason}. */
    public UnreadableImageException(String name, String reason) {
        super(name + ": " + reason);
    }

    /** An exception that says {@code name: reason}, with the error of the decoder behind it, whose first line is quoted. */
    public UnreadableImageException(String name, String reason, Throwable cause) {
        super(name + ": " + reason + detail(cause.getMessage()), cause);
    }

    private static String detail(@Nullable String message) {
        return message == null || message.isBlank()
                ? ""
                : " (" + message.strip().lines().findFirst().orElse("") + ")";
    }
}
