package io.github.florence4j.torch.file;

/**
 * Weights that cannot be used: a damaged or foreign file, or tensors that do not fit the model. The first line of the
 * message is one sentence for the user.
 */
public final class InvalidWeightsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** An error with its sentence. */
    public InvalidWeightsException(String message) {
        super(message);
    }

    /** An error with its sentence and what caused it. */
    public InvalidWeightsException(String message, Throwable cause) {
        super(message, cause);
    }
}
