package io.github.florence4j.nn;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/** Residual sums: in place when no gradient is recorded, for page faults cost as much as arithmetic. */
final class Residual {
    private Residual() {}

    /** {@code x + branch}; {@code x} must not be needed afterwards. */
    static Tensor add(Tensor x, Tensor branch) {
        return GradMode.is_enabled() ? x.add(branch) : x.add_(branch);
    }
}
