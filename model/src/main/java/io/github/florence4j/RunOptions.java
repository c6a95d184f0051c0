package io.github.florence4j;

import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.task.Profile;

/**
 * How requests are run: per call, unlike {@link LoadOptions}.
 *
 * @param generation how answers are decoded
 * @param profile whose rules make prompts and read answers
 * @param atOnce the most prompts that are decoded together, at least 1; a finished one makes room for the next. It does not
 *     change answers in fp32, but memory and speed
 */
public record RunOptions(GenerationOptions generation, Profile profile, int atOnce) {
    /** Prompts that are decoded together unless said otherwise. */
    public static final int DEFAULT_AT_ONCE = 8;

    /** Checks the number. */
    public RunOptions {
        if (atOnce < 1) {
            throw new IllegalArgumentException("the prompts at once are " + atOnce + "; expected 1 or more");
        }
    }

    /** Options for the default number of prompts at once. */
    public RunOptions(GenerationOptions generation, Profile profile) {
        this(generation, profile, DEFAULT_AT_ONCE);
    }

    /** These options with another way of decoding. */
    public RunOptions withGeneration(GenerationOptions other) {
        return new RunOptions(other, profile, atOnce);
    }

    /** These options with another profile. */
    public RunOptions withProfile(Profile other) {
        return new RunOptions(generation, other, atOnce);
    }

    /** These options with another number of prompts at once. */
    public RunOptions withAtOnce(int other) {
        return new RunOptions(generation, profile, other);
    }
}
