package io.github.florence4j;

import java.util.Objects;

/** A computation that could not be finished; the message is one sentence for the user. */
public final class InferenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure with its sentence and its cause. */
    public InferenceException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The failure behind an error of the native library, of which the first line is the message. */
    static InferenceException of(Throwable cause) {
        if (isOutOfMemory(cause)) {
            return new InferenceException(
                    "out of memory: use a smaller batch, fewer beams or fewer new tokens, or give the process more",
                    cause);
        }
        String message =
                Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
        return new InferenceException(
                "the computation failed: " + message.lines().findFirst().orElse(message), cause);
    }

    /** Whether an error, of the JVM or of the native library, means that memory ran out. */
    public static boolean isOutOfMemory(Throwable error) {
        String message = String.valueOf(error.getMessage());
        return error instanceof OutOfMemoryError
                || message.contains("bad_alloc")
                || message.contains("not enough memory")
                || message.contains("allocate memory")
                || message.contains("out of memory");
    }
}
