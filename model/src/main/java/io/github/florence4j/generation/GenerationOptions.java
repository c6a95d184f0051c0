package io.github.florence4j.generation;

import io.github.florence4j.config.GenerationDefaults;
import java.util.List;
import java.util.OptionalInt;

/**
 * How answers are decoded.
 *
 * @param numBeams hypotheses per image; 1 is greedy or, with {@code doSample}, sampling
 * @param maxNewTokens most tokens after the start token, {@code <s>} and {@code </s>} included
 * @param minNewTokens fewest tokens after the start token before {@code </s>} is allowed
 * @param doSample whether tokens are drawn instead of chosen; one beam only
 * @param temperature divides the logits before drawing; below 1 sharpens, above 1 flattens
 * @param topK draw among this many best tokens; 0 for all
 * @param topP draw among the fewest best tokens whose probabilities reach this sum; 1 for all
 * @param seed seed of the draws; the same seed gives the same answer for an image in any batch
 * @param numReturnSequences answers returned per image
 * @param lengthPenalty exponent of the length by which a hypothesis' log-probability is divided
 * @param noRepeatNgramSize n-grams of this length never occur twice in an answer; 0 allows all
 * @param earlyStopping whether a beam search ends as soon as {@code numBeams} hypotheses are complete
 * @param repetitionPenalty above 1 makes tokens already in the answer less likely; 1 for none
 * @param forcedBosTokenId the id forced after the start token, if any
 * @param forcedEosTokenId the id forced at the length limit, if any
 * @param stopStrings the answer ends when its text contains one of these
 * @param constrained whether region tasks may only produce text that their parser reads without loss
 */
public record GenerationOptions(
        int numBeams,
        int maxNewTokens,
        int minNewTokens,
        boolean doSample,
        double temperature,
        int topK,
        double topP,
        long seed,
        int numReturnSequences,
        double lengthPenalty,
        int noRepeatNgramSize,
        boolean earlyStopping,
        double repetitionPenalty,
        OptionalInt forcedBosTokenId,
        OptionalInt forcedEosTokenId,
        List<String> stopStrings,
        boolean constrained) {

    /** The length limit of the published model card. */
    public static final int DEFAULT_MAX_NEW_TOKENS = 1024;

    /** Checks the values; the message of the exception says what was expected. */
    public GenerationOptions {
        require(numBeams >= 1, "num_beams", numBeams, "1 or more");
        require(maxNewTokens >= 1, "max_new_tokens", maxNewTokens, "1 or more");
        require(
                minNewTokens >= 0 && minNewTokens <= maxNewTokens,
                "min_new_tokens",
                minNewTokens,
                "0 to max_new_tokens (" + maxNewTokens + ")");
        require(temperature > 0 && Double.isFinite(temperature), "temperature", temperature, "a positive number");
        require(topK >= 0, "top_k", topK, "0 (all) or more");
        require(topP > 0 && topP <= 1, "top_p", topP, "a number above 0 and up to 1");
        require(noRepeatNgramSize >= 0, "no_repeat_ngram_size", noRepeatNgramSize, "0 (off) or more");
        require(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetition_penalty",
                repetitionPenalty,
                "a positive number");
        require(Double.isFinite(lengthPenalty), "length_penalty", lengthPenalty, "a finite number");
        require(!doSample || numBeams == 1, "num_beams", numBeams, "1 when sampling");
        require(
                numReturnSequences >= 1 && (doSample || numReturnSequences <= numBeams),
                "num_return_sequences",
                numReturnSequences,
                "1 to num_beams (" + numBeams + ") without sampling");
        require(stopStrings.stream().noneMatch(String::isEmpty), "stop_strings", stopStrings, "no empty string");
        stopStrings = List.copyOf(stopStrings);
    }

    private static void require(boolean valid, String option, Object found, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(option + " is " + found + "; expected " + expected);
        }
    }

    /** A builder that starts from a checkpoint's defaults. */
    public static Builder from(GenerationDefaults defaults) {
        return new Builder(defaults);
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Collects options; every setter returns the builder. */
    public static final class Builder {
        private int numBeams;
        private int maxNewTokens = DEFAULT_MAX_NEW_TOKENS;
        private int minNewTokens;
        private boolean doSample;
        private double temperature = 1;
        private int topK = 50;
        private double topP = 1;
        private long seed;
        private int numReturnSequences = 1;
        private double lengthPenalty;
        private int noRepeatNgramSize;
        private boolean earlyStopping;
        private double repetitionPenalty = 1;
        private OptionalInt forcedBosTokenId;
        private OptionalInt forcedEosTokenId;
        private List<String> stopStrings = List.of();
        private boolean constrained;

        private Builder(GenerationDefaults defaults) {
            numBeams = defaults.numBeams();
            lengthPenalty = defaults.lengthPenalty();
            noRepeatNgramSize = defaults.noRepeatNgramSize();
            earlyStopping = defaults.earlyStopping();
            forcedBosTokenId = defaults.forcedBosTokenId();
            forcedEosTokenId = defaults.forcedEosTokenId();
        }

        private Builder(GenerationOptions options) {
            numBeams = options.numBeams;
            maxNewTokens = options.maxNewTokens;
            minNewTokens = options.minNewTokens;
            doSample = options.doSample;
            temperature = options.temperature;
            topK = options.topK;
            topP = options.topP;
            seed = options.seed;
            numReturnSequences = options.numReturnSequences;
            lengthPenalty = options.lengthPenalty;
            noRepeatNgramSize = options.noRepeatNgramSize;
            earlyStopping = options.earlyStopping;
            repetitionPenalty = options.repetitionPenalty;
            forcedBosTokenId = options.forcedBosTokenId;
            forcedEosTokenId = options.forcedEosTokenId;
            stopStrings = options.stopStrings;
            constrained = options.constrained;
        }

        /** See {@link GenerationOptions#numBeams()}. */
        public Builder numBeams(int value) {
            numBeams = value;
            return this;
        }

        /** See {@link GenerationOptions#maxNewTokens()}. */
        public Builder maxNewTokens(int value) {
            maxNewTokens = value;
            return this;
        }

        /** See {@link GenerationOptions#minNewTokens()}. */
        public Builder minNewTokens(int value) {
            minNewTokens = value;
            return this;
        }

        /** Draws tokens with that seed, one beam, instead of choosing the best. */
        public Builder sample(long seed) {
            this.doSample = true;
            this.numBeams = 1;
            this.seed = seed;
            return this;
        }

        /** See {@link GenerationOptions#temperature()}. */
        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        /** See {@link GenerationOptions#topK()}. */
        public Builder topK(int value) {
            topK = value;
            return this;
        }

        /** See {@link GenerationOptions#topP()}. */
        public Builder topP(double value) {
            topP = value;
            return this;
        }

        /** See {@link GenerationOptions#numReturnSequences()}. */
        public Builder numReturnSequences(int value) {
            numReturnSequences = value;
            return this;
        }

        /** See {@link GenerationOptions#lengthPenalty()}. */
        public Builder lengthPenalty(double value) {
            lengthPenalty = value;
            return this;
        }

        /** See {@link GenerationOptions#noRepeatNgramSize()}. */
        public Builder noRepeatNgramSize(int value) {
            noRepeatNgramSize = value;
            return this;
        }

        /** See {@link GenerationOptions#earlyStopping()}. */
        public Builder earlyStopping(boolean value) {
            earlyStopping = value;
            return this;
        }

        /** See {@link GenerationOptions#repetitionPenalty()}. */
        public Builder repetitionPenalty(double value) {
            repetitionPenalty = value;
            return this;
        }

        /** See {@link GenerationOptions#forcedBosTokenId()}. */
        public Builder forcedBosTokenId(OptionalInt value) {
            forcedBosTokenId = value;
            return this;
        }

        /** See {@link GenerationOptions#forcedEosTokenId()}. */
        public Builder forcedEosTokenId(OptionalInt value) {
            forcedEosTokenId = value;
            return this;
        }

        /** See {@link GenerationOptions#stopStrings()}. */
        public Builder stopStrings(List<String> value) {
            stopStrings = value;
            return this;
        }

        /** See {@link GenerationOptions#constrained()}. */
        public Builder constrained(boolean value) {
            constrained = value;
            return this;
        }

        /** The options, validated. */
        public GenerationOptions build() {
            return new GenerationOptions(
                    numBeams,
                    maxNewTokens,
                    minNewTokens,
                    doSample,
                    temperature,
                    topK,
                    topP,
                    seed,
                    numReturnSequences,
                    lengthPenalty,
                    noRepeatNgramSize,
                    earlyStopping,
                    repetitionPenalty,
                    forcedBosTokenId,
                    forcedEosTokenId,
                    stopStrings,
                    constrained);
        }
    }
}
