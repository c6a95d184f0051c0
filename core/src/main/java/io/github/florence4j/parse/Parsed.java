package io.github.florence4j.parse;

import io.github.florence4j.result.TaskResult;
import java.util.List;

/**
 * A result together with the place in the text that each of its items came from.
 *
 * @param result the typed result
 * @param spans one for each item, in the order of {@link TaskResult#withScores}
 */
public record Parsed(TaskResult result, List<ItemSpan> spans) {

    /** Copies the list and checks that it has one span for each item. */
    public Parsed {
        spans = List.copyOf(spans);
        if (spans.size() != result.size()) {
            throw new IllegalArgumentException(
                    "expected one span for each of " + result.size() + " items, found " + spans.size());
        }
    }
}
