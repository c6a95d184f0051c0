package io.github.florence4j.nn;

import io.github.florence4j.torch.Script;

/** A linear layer that can be part of a {@link Script}. */
public interface ScriptedLinear {
    /** How many rows {@code x} may have there; for more the layer is better called by itself. */
    default int mostRows() {
        return Integer.MAX_VALUE;
    }

    /** The layer of the expression {@code x}, a tensor {@code (…, in)} in single precision, in single precision. */
    String of(Script.Builder script, String x);

    /** The exact (erf) GELU of the layer of {@code x}; its type is one that the layer behind it takes. */
    String geluOf(Script.Builder script, String x);
}
