package io.github.florence4j.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code florence4j data}: what can be done with data sets. */
@Command(
        name = "data",
        description = "Looks after data sets for fine-tuning and evaluation.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = DataCheckCommand.class,
        footer = {"", "Example:", "  florence4j data check docvqa:train.parquet --model ./checkpoint"})
final class DataCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is given: expected data check SOURCE");
    }
}
