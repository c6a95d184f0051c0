package io.github.florence4j.nn;

import java.util.Arrays;

/**
 * Which of the hypotheses at each earlier position a hypothesis goes back to. Keys and values stay where they were first
 * written, in the slot of their beam; a reordering of beams changes only these paths.
 */
final class BeamPaths {
    private final int beams;
    private int[][] slots; // for each hypothesis, samples outermost, its beam at each position
    private int length;

    BeamPaths(int samples, int beams) {
        this.beams = beams;
        this.slots = new int[samples * beams][0];
    }

    /** The next position: every hypothesis goes on in its own slot. */
    void extend() {
        for (int row = 0; row < slots.length; row++) {
            slots[row] = Arrays.copyOf(slots[row], length + 1);
            slots[row][length] = row % beams;
        }
        length++;
    }

    /** The hypotheses named by {@code rows}, in that order. */
    void select(long[] rows) {
        slots = Arrays.stream(rows).mapToObj(row -> slots[Math.toIntExact(row)]).toArray(int[][]::new);
    }

    /** What is added to the scores {@code (b, beams, positions · beams)}: 0 on a hypothesis' path, elsewhere minus infinity. */
    float[] mask() {
        int width = length * beams;
        float[] mask = new float[slots.length * width];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int row = 0; row < slots.length; row++) {
            for (int position = 0; position < length; position++) {
                mask[row * width + position * beams + slots[row][position]] = 0;
            }
        }
        return mask;
    }
}
