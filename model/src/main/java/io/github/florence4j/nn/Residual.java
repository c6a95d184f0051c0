package io.github.florence4j.nn;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Residual sums: in place when no gradient is recorded, for page faults cost as much as arithmetic. A branch that autocast
 * computed in half precision is added in the precision of the sum.
 */
final class Residual {
    private Residual() {}

    /** {@code x + branch}; {@code x} must not be needed afterwards. */
    static Tensor add(Tensor x, Tensor branch) {
        boolean inPlace = !GradMode.is_enabled() && x.element_size() >= branch.element_size();
        return inPlace ? x.add_(branch) : x.add(branch);
    }
}
