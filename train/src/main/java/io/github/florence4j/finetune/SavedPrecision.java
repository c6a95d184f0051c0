package io.github.florence4j.finetune;

import io.github.florence4j.torch.DType;

/** The type of a result's tensors. */
public enum SavedPrecision {
    /** Single precision, exactly what was trained. */
    FP32(DType.FLOAT32),
    /** Half precision, as the published checkpoints. */
    FP16(DType.FLOAT16),
    /** The upper half of single precision. */
    BF16(DType.BFLOAT16);

    private final DType dtype;

    SavedPrecision(DType dtype) {
        this.dtype = dtype;
    }

    /** The element type. */
    public DType dtype() {
        return dtype;
    }
}
