package io.github.florence4j;

import java.util.List;
import java.util.Optional;

/**
 * What became of one of many requests.
 *
 * @param request the request
 * @param answers its answers, one for each of its prompts; empty when it failed
 * @param failure why it failed: an {@link IllegalArgumentException} where the request is at fault, else an {@link
 *     InferenceException}
 */
public record Outcome(Request<?> request, List<Answer<?>> answers, Optional<RuntimeException> failure) {
    /** Copies the answers. */
    public Outcome {
        answers = List.copyOf(answers);
    }
}
