package io.github.florence4j.cli;

import io.github.florence4j.config.GenerationDefaults;
import io.github.florence4j.generation.GenerationOptions;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How answers are decoded; what is not given stays as the checkpoint says. */
final class DecodingOptions {
    /** Defaults that allow any number of answers, as nothing is known about the beams of the checkpoint. */
    private static final GenerationDefaults ANY_CHECKPOINT =
            new GenerationDefaults(Integer.MAX_VALUE, 0, true, 1, OptionalInt.empty(), OptionalInt.empty());

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it before the command is called
    private CommandSpec spec;

    @Option(names = "--num-beams", paramLabel = "N", description = "Hypotheses per answer; 1 is greedy.")
    private @Nullable Integer numBeams;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Longest answer in tokens (default 1024).")
    private @Nullable Integer maxNewTokens;

    @Option(names = "--min-new-tokens", paramLabel = "N", description = "Shortest answer in tokens.")
    private @Nullable Integer minNewTokens;

    @Option(names = "--do-sample", description = "Draw tokens instead of choosing the best.")
    private boolean doSample;

    @Option(names = "--temperature", paramLabel = "T", description = "Below 1 sharpens the draws, above 1 flattens.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Draw among the K best tokens; 0 for all (default 50).")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Draw among the best tokens that together reach P.")
    private @Nullable Double topP;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the draws (default 0).")
    private @Nullable Long seed;

    @Option(names = "--num-return-sequences", paramLabel = "N", description = "Answers per prompt.")
    private @Nullable Integer numReturnSequences;

    @Option(names = "--length-penalty", paramLabel = "X", description = "Above 0 favours long answers of beams.")
    private @Nullable Double lengthPenalty;

    @Option(names = "--no-repeat-ngram-size", paramLabel = "N", description = "No N-gram occurs twice; 0 allows all.")
    private @Nullable Integer noRepeatNgramSize;

    @Option(names = "--repetition-penalty", paramLabel = "X", description = "Above 1 discourages repeated tokens.")
    private @Nullable Double repetitionPenalty;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End the answer at this text; may be repeated.")
    private @Nullable List<String> stop;

    @Option(names = "--constrained", description = "Allow region tasks only what can be parsed.")
    private boolean constrained;

    /** Refuses what no checkpoint can do, before one is loaded. */
    void check() {
        on(ANY_CHECKPOINT);
    }

    /** The options on top of a checkpoint's defaults. */
    GenerationOptions on(GenerationDefaults defaults) {
        requireSampling();
        try {
            return build(GenerationOptions.from(defaults));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private GenerationOptions build(GenerationOptions.Builder builder) {
        if (doSample) {
            builder.sample(seed == null ? 0 : seed);
        }
        if (numBeams != null) {
            builder.numBeams(numBeams);
        }
        if (maxNewTokens != null) {
            builder.maxNewTokens(maxNewTokens);
        }
        if (minNewTokens != null) {
            builder.minNewTokens(minNewTokens);
        }
        if (temperature != null) {
            builder.temperature(temperature);
        }
        if (topK != null) {
            builder.topK(topK);
        }
        if (topP != null) {
            builder.topP(topP);
        }
        if (numReturnSequences != null) {
            builder.numReturnSequences(numReturnSequences);
        }
        if (lengthPenalty != null) {
            builder.lengthPenalty(lengthPenalty);
        }
        if (noRepeatNgramSize != null) {
            builder.noRepeatNgramSize(noRepeatNgramSize);
        }
        if (repetitionPenalty != null) {
            builder.repetitionPenalty(repetitionPenalty);
        }
        if (stop != null) {
            builder.stopStrings(stop);
        }
        return builder.constrained(constrained).build();
    }

    private void requireSampling() {
        if (!doSample && (temperature != null || topK != null || topP != null || seed != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--temperature, --top-k, --top-p and --seed need --do-sample");
        }
    }
}
