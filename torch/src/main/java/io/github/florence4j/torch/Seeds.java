package io.github.florence4j.torch;

import org.bytedeco.pytorch.global.torch;

/** The seed of libtorch's default generators. */
public final class Seeds {
    private Seeds() {}

    /** Seeds the generators of all devices, as {@code torch.manual_seed} does. */
    public static void set(long seed) {
        torch.manual_seed(seed);
    }
}
