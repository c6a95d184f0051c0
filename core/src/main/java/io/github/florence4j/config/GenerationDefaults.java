package io.github.florence4j.config;

import java.util.OptionalInt;

/**
 * How a checkpoint wants to be decoded when the caller does not say (specification 1.3).
 *
 * @param numBeams hypotheses kept per image; 1 is greedy
 * @param noRepeatNgramSize n-grams of this length never occur twice; 0 allows all
 * @param earlyStopping whether a beam search ends as soon as {@code numBeams} hypotheses are complete
 * @param lengthPenalty exponent of the length by which a hypothesis' log-probability is divided
 * @param forcedBosTokenId the id forced after the start token, if any
 * @param forcedEosTokenId the id forced at the length limit, if any
 */
public record GenerationDefaults(
        int numBeams,
        int noRepeatNgramSize,
        boolean earlyStopping,
        double lengthPenalty,
        OptionalInt forcedBosTokenId,
        OptionalInt forcedEosTokenId) {

    /** Checks the values; the message of the exception says what was expected. */
    public GenerationDefaults {
        Checks.positive("num_beams", numBeams);
        Checks.require(noRepeatNgramSize >= 0, "no_repeat_ngram_size is %d; expected 0 or more", noRepeatNgramSize);
    }

    /** What Florence-2 was published with: 3 beams, no repeated 3-grams, forced {@code <s>} and {@code </s>}. */
    public static GenerationDefaults published(int bos, int eos) {
        return new GenerationDefaults(3, 3, true, 1.0, OptionalInt.of(bos), OptionalInt.of(eos));
    }
}
