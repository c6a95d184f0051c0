package io.github.florence4j;

import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.task.Profile;

/**
 * How requests are run: per call, unlike {@link LoadOptions}.
 *
 * @param generation how answers are decoded
 * @param profile whose rules make prompts and read answers
 */
public record RunOptions(GenerationOptions generation, Profile profile) {
    /** These options with another way of decoding. */
    public RunOptions withGeneration(GenerationOptions other) {
        return new RunOptions(other, profile);
    }

    /** These options with another profile. */
    public RunOptions withProfile(Profile other) {
        return new RunOptions(generation, other);
    }
}
