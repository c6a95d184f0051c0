package io.github.florence4j.packed;

import io.github.florence4j.torch.Scopes;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor in 8 bits with one scale: {@code scale * (byte - zero)}. Zero itself has no error.
 *
 * @param bytes unsigned, in the shape of the tensor; belongs to the caller's scope
 * @param scale above 0
 * @param zero the byte of zero, 0 to 255
 */
record QuantizedRows(Tensor bytes, double scale, long zero) {
    /** The largest byte. */
    static final int LARGEST = 255;

    private static final double SMALLEST_SCALE = 1e-12;

    /** Quantises {@code x} of single precision with a scale for its smallest and largest element. */
    static QuantizedRows of(Tensor x) {
        return of(Numbers.of(x));
    }

    /** Quantises {@code x} with a scale for its smallest and largest element. */
    static QuantizedRows of(Numbers x) {
        Numbers.Range range = x.range();
        return of(x, range.lowest(), range.highest());
    }

    /** Quantises {@code x} with a scale for those ends; elements beyond become the end. */
    static QuantizedRows of(Numbers x, double lowest, double highest) {
        double scale = scale(lowest, highest);
        long zero = zero(lowest, scale);
        return new QuantizedRows(Scopes.keep(() -> x.bytes(scale, zero)), scale, zero);
    }

    /** The scale of a range, which zero is made part of. */
    static double scale(double lowest, double highest) {
        return Math.max((Math.max(0, highest) - Math.min(0, lowest)) / LARGEST, SMALLEST_SCALE);
    }

    /** The byte of zero. */
    static long zero(double lowest, double scale) {
        return Math.min(LARGEST, Math.round(-Math.min(0, lowest) / scale));
    }

    /** Whether no element lies beyond the ends of the range, nor at one: there it might be cut off. */
    boolean isInside() {
        return isInside(Numbers.Range.of(bytes));
    }

    private static boolean isInside(Numbers.Range ofBytes) {
        return ofBytes.lowest() > 0 && ofBytes.highest() < LARGEST;
    }

    /** The range of what was quantised, to a byte on each side, if all of it {@link #isInside}. */
    Optional<Numbers.Range> range() {
        Numbers.Range ends = Numbers.Range.of(bytes);
        return isInside(ends)
                ? Optional.of(
                        new Numbers.Range(scale * (ends.lowest() - 0.5 - zero), scale * (ends.highest() + 0.5 - zero)))
                : Optional.empty();
    }

    /** Whether no element lies beyond the upper end of the range, nor at it. */
    boolean isBelowLargest() {
        try (Tensor high = bytes.max()) {
            return high.item_int() < LARGEST;
        }
    }
}
