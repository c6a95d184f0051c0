package io.github.florence4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The model of a command that has none by itself: measuring or converting the small one by default would surprise. */
final class RequiredModelOptions {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it before the command is called
    private CommandSpec spec;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Checkpoint folder, or hub id owner/name[@revision], which is downloaded once; or tiny, the"
                    + " small model that travels along.")
    private @Nullable String model;

    /** Requires that a model was named. */
    void requireGiven() {
        given();
    }

    /** The folder of the model, downloaded if need be. */
    Path directory(Reporter reporter) throws IOException {
        return ModelOptions.resolve(given(), reporter);
    }

    private String given() {
        if (model == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no model is given: add --model DIR or --model owner/name, for example"
                            + " --model microsoft/Florence-2-base-ft");
        }
        return model;
    }
}
