package io.github.florence4j.finetune;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * How often something happens in a run.
 *
 * @param unit what is counted
 * @param steps the number of steps, 0 unless steps are counted
 */
public record Interval(Unit unit, int steps) {
    /** What is counted. */
    public enum Unit {
        /** Nothing: it never happens. */
        OFF,
        /** Optimizer steps. */
        STEPS,
        /** Epochs. */
        EPOCH
    }

    /** After every epoch. */
    public static final Interval EPOCH = new Interval(Unit.EPOCH, 0);

    /** Never. */
    public static final Interval OFF = new Interval(Unit.OFF, 0);

    /** Every that many steps. */
    public static Interval ofSteps(int steps) {
        FineTuneConfig.atLeast(1, "an interval", steps);
        return new Interval(Unit.STEPS, steps);
    }

    /**
     * Reads a number of steps, {@code epoch} or {@code off}.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    public static Interval parse(String text) {
        if (text.equals("epoch")) {
            return EPOCH;
        }
        if (text.equals("off")) {
            return OFF;
        }
        try {
            return ofSteps(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "an interval is " + text + "; expected a number of steps, epoch or off", e);
        }
    }

    /** Whether it is time after a step, the {@code step}-th, which may be the last of its epoch. */
    boolean isDue(long step, boolean epochEnds) {
        return switch (unit) {
            case OFF -> false;
            case STEPS -> step % steps == 0;
            case EPOCH -> epochEnds;
        };
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Interval of(JsonNode value) {
        return parse(value.asText());
    }

    @Override
    @JsonValue
    public String toString() {
        return switch (unit) {
            case OFF -> "off";
            case STEPS -> Integer.toString(steps);
            case EPOCH -> "epoch";
        };
    }
}
