package io.github.florence4j.nn;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Which of the hypotheses at each earlier position a hypothesis goes back to. Keys and values stay where they were first
 * written, in the slot of their beam; a reordering of beams changes only these paths. Samples may be of any lengths.
 */
final class BeamPaths {
    private final int beams;
    private int[][] slots; // for each hypothesis, samples outermost, its beam at each position

    BeamPaths(int samples, int beams) {
        this.beams = beams;
        this.slots = new int[samples * beams][0];
    }

    /** The number of positions of each hypothesis. */
    long[] lengths() {
        return Arrays.stream(slots).mapToLong(row -> row.length).toArray();
    }

    /** The number of positions of a sample's hypotheses. */
    int length(int sample) {
        return slots[sample * beams].length;
    }

    /** The number of positions of the longest. */
    int longest() {
        return Arrays.stream(slots).mapToInt(row -> row.length).max().orElseThrow();
    }

    /** The next position: every hypothesis goes on in its own slot. */
    void extend() {
        for (int row = 0; row < slots.length; row++) {
            int length = slots[row].length;
            slots[row] = Arrays.copyOf(slots[row], length + 1);
            slots[row][length] = row % beams;
        }
    }

    /** The hypotheses named by {@code rows}, in that order. */
    void select(long[] rows) {
        slots = Arrays.stream(rows).mapToObj(row -> slots[Math.toIntExact(row)]).toArray(int[][]::new);
    }

    /** Adds samples behind the others that have no positions yet. */
    void join(int samples) {
        slots = Stream.concat(
                        Arrays.stream(slots), Stream.generate(() -> new int[0]).limit((long) samples * beams))
                .toArray(int[][]::new);
    }

    /** What is added to the scores {@code (r, longest · beams)}: 0 on a hypothesis' path, elsewhere minus infinity. */
    float[] mask() {
        int width = longest() * beams;
        float[] mask = new float[slots.length * width];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int row = 0; row < slots.length; row++) {
            for (int position = 0; position < slots[row].length; position++) {
                mask[row * width + position * beams + slots[row][position]] = 0;
            }
        }
        return mask;
    }
}
