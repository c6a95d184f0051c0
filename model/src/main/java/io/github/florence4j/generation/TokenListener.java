package io.github.florence4j.generation;

/** Receives the tokens of an answer as soon as no later step can change them. */
@FunctionalInterface
public interface TokenListener {
    /** Ignores all tokens. */
    TokenListener NONE = (sample, id) -> {};

    /**
     * The next settled token of a sample.
     *
     * @param sample index of the image in its batch
     * @param id the token
     */
    void token(int sample, int id);
}
