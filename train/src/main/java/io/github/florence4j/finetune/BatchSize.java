package io.github.florence4j.finetune;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Examples that go through the model together.
 *
 * @param examples their number, or 0 for as many as memory holds
 */
public record BatchSize(int examples) {
    private static final String AUTO = "auto";

    /** Checks the range. */
    public BatchSize {
        FineTuneConfig.atLeast(0, "batch-size", examples);
    }

    /**
     * Reads a number or {@code auto}.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static BatchSize parse(String text) {
        if (text.equals(AUTO)) {
            return new BatchSize(0);
        }
        try {
            int examples = Integer.parseInt(text);
            FineTuneConfig.atLeast(1, "batch-size", examples);
            return new BatchSize(examples);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("batch-size is " + text + "; expected a number or auto", e);
        }
    }

    /** Whether it is still to be found. */
    public boolean isAuto() {
        return examples == 0;
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static BatchSize of(JsonNode value) {
        return parse(value.asText());
    }

    @Override
    @JsonValue
    public String toString() {
        return isAuto() ? AUTO : Integer.toString(examples);
    }
}
