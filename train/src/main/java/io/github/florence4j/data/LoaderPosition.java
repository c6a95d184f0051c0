package io.github.florence4j.data;

import java.util.List;

/**
 * A place in the data, exact to the batch. Opening it gives the batches that an uninterrupted run would have given, provided that
 * source, seed and options are the same.
 *
 * @param epoch the epoch, from 0
 * @param window the first place of the epoch's order that belongs to the current window
 * @param carried places of earlier windows whose samples are still to come
 * @param delivered how many batches of the current window were given out
 */
public record LoaderPosition(int epoch, long window, List<Long> carried, int delivered) {
    /** Checks the ranges. */
    public LoaderPosition {
        carried = List.copyOf(carried);
        if (epoch < 0 || window < 0 || delivered < 0) {
            throw new IllegalArgumentException("a place in the data has no negative numbers, found epoch " + epoch
                    + ", window " + window + ", delivered " + delivered);
        }
    }

    /** The start of an epoch. */
    public static LoaderPosition start(int epoch) {
        return new LoaderPosition(epoch, 0, List.of(), 0);
    }
}
