package io.github.florence4j.cli;

import io.github.florence4j.weights.CheckpointSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code florence4j inspect}: what a checkpoint holds, told from its headers. */
@Command(
        name = "inspect",
        description = "Tells configuration, layout, parameters, element types, sizes and tied tensors of a checkpoint,"
                + " without loading it. Exit code 1 when the weights do not fit the configuration.",
        footer = {
            "",
            "Examples:",
            "  florence4j inspect ./checkpoint",
            "  florence4j inspect microsoft/Florence-2-base --json"
        })
final class InspectCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR|ID", description = "Checkpoint folder, or hub id owner/name[@revision].")
    private String model = "";

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Reporter reporter = new Reporter(spec.commandLine().getErr(), false);
        Path directory = ModelOptions.resolve(model, reporter);
        CheckpointSummary summary = CheckpointSummary.read(directory);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(SummaryJson.of(directory, summary).toPrettyString());
        } else {
            SummaryText.lines(directory, summary).forEach(out::println);
        }
        if (!summary.report().fits()) {
            reporter.failure(summary.report().describe(directory.toString()));
            return 1;
        }
        return 0;
    }
}
