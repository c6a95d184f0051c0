package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.Florence2;
import io.github.florence4j.LoadOptions;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.InputKind;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;
import io.github.florence4j.torch.Threads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code florence4j bench}: how fast a model answers on this machine. */
@Command(
        name = "bench",
        description = {
            "Times a model on this machine: loading, the vision tower, answers of a forced number of tokens.",
            "Images are noise of 768 x 768 pixels; each figure is the median of several runs after one for warming up."
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Mixin
    private final RequiredModelOptions model = new RequiredModelOptions();

    @Mixin
    private final PrecisionOption precision = new PrecisionOption();

    @Option(names = "--task", paramLabel = "NAME", description = "What is asked (default ${DEFAULT-VALUE}).")
    private String task = "CAPTION";

    @Option(names = "--text", paramLabel = "TEXT", description = "Text for the tasks that need one.")
    private @Nullable String text;

    @Option(names = "--num-beams", paramLabel = "N", description = "Hypotheses per answer (default ${DEFAULT-VALUE}).")
    private int numBeams = 3;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens of each answer (default ${DEFAULT-VALUE}).")
    private int tokens = 64;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Images that are computed together (default ${DEFAULT-VALUE}).")
    private int batchSize = 1;

    @Option(names = "--runs", paramLabel = "N", description = "Runs that are measured (default ${DEFAULT-VALUE}).")
    private int runs = 5;

    @Option(names = "--threads", paramLabel = "N", description = "Native threads; 0 for one per core (the default).")
    private int threads;

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Bench bench = bench();
        Path directory = model.directory(new Reporter(spec.commandLine().getErr(), true));
        ImageProcessorConfig pixels = ImageProcessorConfig.ofCheckpoint(directory);
        LoadOptions options =
                LoadOptions.DEFAULTS.withPrecision(precision.get()).withThreads(threads);
        long start = System.nanoTime();
        try (Florence2 florence = Florence2.load(directory, options)) {
            double load = (System.nanoTime() - start) / 1e9;
            System.gc(); // as before the answers of run
            precision.requireKept(florence.precision());
            if (threads > 0) {
                Threads.setHere(threads); // the limits of the machine are measured here, with as many
            }
            print(bench.run(florence, pixels, load), florence.precision());
        }
        return 0;
    }

    private Bench bench() {
        model.requireGiven();
        require(numBeams >= 1, "--num-beams is " + numBeams + "; expected 1 or more");
        require(tokens >= 8, "--tokens is " + tokens + "; expected 8 or more, to tell a step from the beginning");
        require(batchSize >= 1, "--batch-size is " + batchSize + "; expected 1 or more");
        require(runs >= 1, "--runs is " + runs + "; expected 1 or more");
        require(threads >= 0, "--threads is " + threads + "; expected 0 (one per core) or more");
        try {
            Task<?> asked = Task.parse(task);
            require(
                    asked.inputKind() != InputKind.REGION && (asked.inputKind() == InputKind.TEXT) == (text != null),
                    "--task " + task + " and --text do not fit together; expected a task without input, or one that"
                            + " takes a text and its --text");
            TaskInput input = text == null ? TaskInput.none() : TaskInput.text(text);
            return new Bench(asked, input, numBeams, tokens, batchSize, runs);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void require(boolean valid, String otherwise) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private void print(Bench.Result result, Precision loaded) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(result.toJson(loaded)));
        } else {
            result.lines(loaded).forEach(out::println);
        }
    }
}
