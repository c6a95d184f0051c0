package io.github.florence4j.cli;

import io.github.florence4j.task.Profile;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whose rules make prompts and read answers. */
final class ProfileOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it before the command is called
    private CommandSpec spec;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Whose rules read the answers: florence4j (the default), transformers or microsoft.")
    private String name = Profile.FLORENCE4J.toString();

    /** The profile. */
    Profile get() {
        try {
            return Profile.of(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
