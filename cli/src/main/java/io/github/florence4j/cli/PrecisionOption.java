package io.github.florence4j.cli;

import io.github.florence4j.packed.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** In which precision a model computes. */
final class PrecisionOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it before the command is called
    private CommandSpec spec;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description = "fp32, bf16, int8 or auto, which takes bf16 where the processor has it (default"
                    + " ${DEFAULT-VALUE}).")
    private String precision = "fp32";

    Precision get() {
        try {
            return Precision.parse(precision);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
