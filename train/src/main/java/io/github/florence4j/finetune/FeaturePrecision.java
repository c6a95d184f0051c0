package io.github.florence4j.finetune;

import io.github.florence4j.torch.DType;

/** The type of the features of frozen parts on disk. */
public enum FeaturePrecision {
    /** Half precision: ten bits of a number, up to 65,504. */
    FP16(DType.FLOAT16),
    /** The upper half of single precision: seven bits of a number of any size. */
    BF16(DType.BFLOAT16);

    private final DType dtype;

    FeaturePrecision(DType dtype) {
        this.dtype = dtype;
    }

    /** The element type. */
    public DType dtype() {
        return dtype;
    }
}
