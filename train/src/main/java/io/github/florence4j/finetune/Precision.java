package io.github.florence4j.finetune;

import io.github.florence4j.torch.DType;

/** The type of matrix products in training. */
public enum Precision {
    /** Single precision throughout. */
    FP32(DType.FLOAT32),
    /** Matrix products in bfloat16; weights, residuals, attention and loss in single precision. */
    BF16(DType.BFLOAT16);

    private final DType dtype;

    Precision(DType dtype) {
        this.dtype = dtype;
    }

    /** The element type. */
    public DType dtype() {
        return dtype;
    }
}
