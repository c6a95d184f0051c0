package io.github.florence4j.synth.content;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Something a document says.
 *
 * @param shown as it stands on the page
 * @param accepted the answers to a question for it, what is shown first
 */
public record Value(String shown, List<String> accepted) {

    /** Copies the list. */
    public Value {
        accepted = List.copyOf(accepted);
    }

    /** A value with other accepted forms; those equal to an earlier one are left out. */
    public static Value of(String shown, String... others) {
        return new Value(
                shown,
                Stream.concat(Stream.of(shown), Arrays.stream(others))
                        .distinct()
                        .toList());
    }

    @Override
    public String toString() {
        return shown;
    }
}
