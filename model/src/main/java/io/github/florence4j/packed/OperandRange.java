package io.github.florence4j.packed;

import org.bytedeco.pytorch.Tensor;

/**
 * The range of an operand that comes in parts, such as rows of one map, one after the other. The first part is looked through for its range, and
 * those after it are quantised as if that were theirs, widened. What does not fit is seen in the bytes, a quarter of the memory, and is quantised
 * anew by its own range, which those that come later are then given as well. So nothing is cut off, and what comes out depends on the operand alone and how it is
 * parted.
 */
final class OperandRange {
    /** How much wider than what came before: a wider range has coarser steps, a narrower one fits less often. */
    private static final double MARGIN = 0.25;

    private double lowest;
    private double highest; // as lowest while nothing has come

    /** Quantises the next part {@code x}, of single precision. */
    QuantizedRows quantize(Tensor x) {
        return quantize(Numbers.of(x));
    }

    /** Quantises the next part. */
    QuantizedRows quantize(Numbers x) {
        if (isKnown()) {
            double aside = margin() / 2;
            QuantizedRows guessed = QuantizedRows.of(x, lowest - aside, highest + aside);
            if (guessed.isInside()) {
                return guessed;
            }
            guessed.bytes().close();
        }
        return quantizeAnew(x);
    }

    /** Quantises the next part by its own range. */
    QuantizedRows quantizeAnew(Numbers x) {
        Numbers.Range range = x.range();
        return quantizeAnew(x, range.lowest(), range.highest());
    }

    /** Quantises the next part by its own range, which is known. */
    QuantizedRows quantizeAnew(Numbers x, double low, double high) {
        QuantizedRows rows = QuantizedRows.of(x, low, high);
        lowest = Math.min(lowest, rows.scale() * -rows.zero());
        highest = Math.max(highest, rows.scale() * (QuantizedRows.LARGEST - rows.zero()));
        return rows;
    }

    /** Whether a part has come, and all that came were numbers. */
    boolean isKnown() {
        return highest > lowest;
    }

    /** Up to where the next part should go, whose lower end is known. */
    double highest() {
        return highest + margin();
    }

    private double margin() {
        return MARGIN * (highest - lowest);
    }
}
