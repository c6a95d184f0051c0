package io.github.florence4j;

/** A computation that could not be finished; the message is one sentence for the user. */
public final class InferenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure with its sentence and its cause. */
    public InferenceException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The failure behind an error of the native library, of which the first line is the message. */
    static InferenceException of(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof OutOfMemoryError
                || message.contains("not enough memory")
                || message.contains("can't allocate memory")
                || message.contains("out of memory")) {
            return new InferenceException(
                    "out of memory: use a smaller batch, fewer beams or fewer new tokens, or give the process more",
                    cause);
        }
        return new InferenceException(
                "the computation failed: " + message.lines().findFirst().orElse(message), cause);
    }
}
