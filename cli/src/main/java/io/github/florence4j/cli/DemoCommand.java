package io.github.florence4j.cli;

import io.github.florence4j.tiny.TinyModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code florence4j demo}: a model that can read but not answer learns to answer. */
@Command(
        name = "demo",
        description =
                "Teaches the small model to answer questions about documents, offline, and shows what that changes:"
                        + " draws documents for training and others for the test, scores the model as it is with three prompts,"
                        + " fine-tunes it, and scores it again (ANLS, as DocVQA does).",
        sortOptions = false,
        footer = {
            "",
            "The output folder holds the documents (DocVQA's parquet), the taught model",
            "with its card and curves, the report, and demo.json. An earlier demo's folder is",
            "emptied first.",
            "",
            "Examples:",
            "  florence4j demo",
            "  florence4j demo --mode lora --seed 2 --output demo-lora --json"
        })
final class DemoCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "What trains: all but the vision tower (frozen), everything (full), or adapters (lora);"
                    + " ${DEFAULT-VALUE} by default.")
    private DemoOptions.Mode mode = DemoOptions.Mode.FROZEN;

    @Option(
            names = "--documents",
            paramLabel = "N",
            description = "Training documents; a quarter as many for the test.")
    private int documents;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of documents and training (default ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--quick", description = "Fewer documents, of two kinds, and fewer passes, for a first look.")
    private boolean quick;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "The model to teach (default ${DEFAULT-VALUE}).")
    private String model = TinyModel.NAME;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Folder of the demo (default ${DEFAULT-VALUE}).")
    private Path output = Path.of("demo");

    @Option(names = "--json", description = "Print one JSON object: before, after, ci, seconds, report, checkpoint.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar and no notes.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        if (documents < 0) {
            throw new ParameterException(spec.commandLine(), "--documents is " + documents + "; expected 1 or more");
        }
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        DemoOptions options = new DemoOptions(model, mode, DemoOptions.size(quick, documents), seed, output);
        Path folder = ModelOptions.resolve(model, reporter);
        Optional<DemoResult> result;
        try (StopSignal stop = new StopSignal(() -> reporter.note("stopping"))) {
            result = new Demo(options, folder, reporter, stop).run();
        }
        PrintWriter out = spec.commandLine().getOut();
        if (result.isEmpty()) {
            reporter.failure("the demo was stopped");
            return 1;
        }
        if (json) {
            out.println(result.get().json());
        } else {
            result.get().print(out);
        }
        Output.flush(out);
        return 0;
    }
}
