package io.github.florence4j.finetune;

import io.github.florence4j.torch.DType;

/** The type of matrix products in training. */
public enum Precision {
    /** Single precision throughout. */
    FP32,
    /** Matrix products in bfloat16; weights, residuals, attention and loss in single precision. */
    BF16,
    /** {@link #BF16} on processors that multiply it by themselves, else {@link #FP32}: there it is also the faster one. */
    AUTO;

    /** What this means on this machine: never {@link #AUTO}. A configuration holds only what has been resolved. */
    public Precision resolve() {
        if (this != AUTO) {
            return this;
        }
        boolean half =
                io.github.florence4j.packed.Precision.AUTO.resolve() == io.github.florence4j.packed.Precision.BF16;
        return half ? BF16 : FP32;
    }

    /** The element type. */
    public DType dtype() {
        return resolve() == BF16 ? DType.BFLOAT16 : DType.FLOAT32;
    }
}
