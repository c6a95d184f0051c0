package io.github.florence4j.packed;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number type of a loaded model's matrix products; what each costs in accuracy is in docs/benchmarks.md. */
public enum Precision {
    /** Single precision: the answers of the reference. */
    FP32,
    /**
     * Weights and operands in bfloat16, sums in single precision; but linear layers of the decoder take operands in single precision
     * where they have up to eight rows, one a hypothesis, on processors with AVX2. So answers that are computed together may differ a
     * little from those computed alone.
     */
    BF16,
    /**
     * Weights in 8 bits with a scale for each output, operands in 8 bits with a scale found anew in each product, or for the parts of one
     * map from the part before where that fits. Answers that are computed together share that scale, so they may differ a little from those computed alone. Which ones those are
     * is the same in every run of a list of requests; in {@code Florence2.answerAll} it depends on which images are ready.
     */
    INT8,
    /** {@link #BF16} on processors that multiply it by themselves, else {@link #FP32}. */
    AUTO;

    /**
     * Reads a precision as users write it, in any case.
     *
     * @throws IllegalArgumentException for anything else, naming the four
     */
    public static Precision parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "fp32", "float32" -> FP32;
            case "bf16", "bfloat16" -> BF16;
            case "int8" -> INT8;
            case "auto" -> AUTO;
            default ->
                throw new IllegalArgumentException("precision is \"" + text + "\"; expected fp32, bf16, int8 or auto");
        };
    }

    /** What this means on this machine: never {@link #AUTO}. */
    public Precision resolve() {
        return resolve(Processor.HERE);
    }

    Precision resolve(Processor processor) {
        if (this != AUTO) {
            return this;
        }
        return processor.multipliesHalf() ? BF16 : FP32;
    }

    /** The type of products that have no packed weights, which are those of attention, and of convolutions that shrink the map but not in 8 bits. */
    ScalarType unpacked(Processor processor) {
        return switch (this) {
            case FP32 -> ScalarType.Float;
            case BF16 -> ScalarType.BFloat16;
            case INT8 -> processor.multipliesHalf() ? ScalarType.BFloat16 : ScalarType.Float;
            case AUTO -> resolve(processor).unpacked(processor);
        };
    }

    /**
     * What this means for weights that are packed already: their own precision, to which {@link #AUTO} and {@link #FP32}, the
     * default, give way.
     *
     * @throws IllegalArgumentException when this is another reduced precision
     */
    Precision within(Precision packed) {
        if (this == packed || this == AUTO || this == FP32) {
            return packed;
        }
        throw new IllegalArgumentException("precision is " + this + "; the model is packed for " + packed
                + " and can only be computed with in it");
    }

    /** The name that {@link #parse} reads. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
