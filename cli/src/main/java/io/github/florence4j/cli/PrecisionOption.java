package io.github.florence4j.cli;

import io.github.florence4j.packed.Precision;
import org.jspecify.annotations.Nullable;
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
            description =
                    "fp32 (the default), bf16, int8 or auto, which takes bf16 where the processor has it; a model that"
                            + " was packed has its own.")
    private @Nullable String precision;

    Precision get() {
        try {
            return precision == null ? Precision.FP32 : Precision.parse(precision);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Requires that a model computes as was asked for: fp32, where it is not just the default, is not what a packed one does. */
    void requireKept(Precision loaded) {
        if (precision != null && get() == Precision.FP32 && loaded != Precision.FP32) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--precision is fp32, but the model is packed for " + loaded + ": leave the option out, or name the"
                            + " checkpoint that the model was made of");
        }
    }
}
