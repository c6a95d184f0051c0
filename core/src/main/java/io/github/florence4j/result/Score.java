package io.github.florence4j.result;

import java.util.OptionalDouble;

/**
 * How sure the model was of one item: exp of the mean log-probability of the tokens it was written with, 0..1. Empty
 * where no token scores were at hand, or, for the label, where the item has none.
 *
 * @param location over the item's own location tokens (the definition of the original processor's box scores)
 * @param label over the tokens of the item's label
 */
public record Score(OptionalDouble location, OptionalDouble label) {

    /** Nothing is known. */
    public static final Score NONE = new Score(OptionalDouble.empty(), OptionalDouble.empty());
}
