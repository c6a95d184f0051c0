package io.github.florence4j;

/** Receives the text of answers while they are being written. */
@FunctionalInterface
public interface TextListener {
    /** Ignores all text. */
    TextListener NONE = (prompt, text) -> {};

    /**
     * The next piece of an answer; location tokens are kept, {@code <s>}, {@code </s>} and {@code <pad>} are not. Called
     * on the thread that computes: return soon, and do not call the model from here.
     *
     * @param prompt index of the prompt in its batch
     * @param text the piece, never empty
     */
    void text(int prompt, String text);
}
