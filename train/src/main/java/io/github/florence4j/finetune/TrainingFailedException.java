package io.github.florence4j.finetune;

import java.io.IOException;

/** A run that cannot go on; the message is one sentence that says why and what is kept. */
public final class TrainingFailedException extends IOException {
    private static final long serialVersionUID = 1;

    /** A failure in a sentence. */
    public TrainingFailedException(String sentence) {
        super(sentence);
    }

    /** A failure in a sentence, with what it came from. */
    public TrainingFailedException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
