package io.github.florence4j.cli;

import io.github.florence4j.finetune.ConfigFile;
import io.github.florence4j.finetune.FineTune;
import io.github.florence4j.finetune.FineTuneConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code florence4j finetune}: a better checkpoint out of a checkpoint and a data set. */
@Command(
        name = "finetune",
        description = "Teaches a checkpoint a task. Keys of the YAML file are flags too, and flags come first.",
        modelTransformer = FineTuneOptions.class,
        sortOptions = false,
        customSynopsis = "florence4j finetune [--config FILE] [--KEY VALUE]... [--resume] [-q]",
        footer = {
            "",
            "The output folder holds the result as a checkpoint (the best by validation),",
            "README.md, the log (metrics.jsonl and TensorBoard events), curves.png,",
            "finetune.yaml and checkpoints/.",
            "Ctrl-C saves a checkpoint and leaves; --resume then goes on to the same bits.",
            "",
            "Exit code: 0 done, 1 something failed, 2 wrong command line, 130 or 143",
            "stopped by a signal.",
            "",
            "Examples:",
            "  florence4j finetune --config recipes/docvqa-frozen.yaml --output runs/docvqa",
            "  florence4j finetune -m microsoft/Florence-2-base-ft -o runs/invoices \\",
            "      --train jsonl:train.jsonl --validation jsonl:valid.jsonl \\",
            "      --freeze vision_tower --feature-cache runs/features --lr 1e-5",
            "  florence4j finetune --config runs/docvqa/finetune.yaml --resume"
        })
final class FineTuneCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML file with any of the keys below.")
    private @Nullable Path file;

    @Option(names = "--resume", description = "Go on from the latest checkpoint in the output folder, if there is one.")
    private boolean resume;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar and no notes.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        List<FineTuneConfig> stages = stages();
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        try (StopSignal stop =
                new StopSignal(() -> reporter.note("stopping: this step ends and a checkpoint is saved"))) {
            try {
                runAll(stages, reporter, stop);
            } catch (IOException | RuntimeException e) {
                if (stop.getAsBoolean()) {
                    reporter.failure(Failures.sentence(e)); // the process ends as soon as this signal is closed
                }
                throw e;
            }
        }
        return 0;
    }

    private void runAll(List<FineTuneConfig> stages, Reporter reporter, StopSignal stop) throws IOException {
        if (stages.size() > 1) {
            FineTune.check(stages);
        }
        for (FineTuneConfig stage : stages) {
            if (stages.size() > 1 && resume && FineTune.isFinished(Path.of(stage.output()))) {
                reporter.note(stage.output() + " is done already");
            } else if (run(stage, reporter, stop) == FineTune.End.STOPPED) {
                return;
            }
        }
    }

    private FineTune.End run(FineTuneConfig config, Reporter reporter, StopSignal stop) throws IOException {
        Path model = ModelOptions.resolve(config.model(), reporter);
        FineTune.Outcome outcome;
        try (TrainingBars bars = new TrainingBars(reporter)) {
            outcome = FineTune.run(config, model, resume, bars, stop);
        }
        spec.commandLine().getOut().println(sentence(outcome));
        spec.commandLine().getOut().flush();
        return outcome.end();
    }

    private List<FineTuneConfig> stages() throws IOException {
        Map<String, List<String>> flags =
                FineTuneOptions.given(spec.commandLine().getParseResult());
        List<FineTuneConfig> stages;
        try {
            stages = file == null ? List.of(ConfigFile.of(flags)) : ConfigFile.readStages(file, flags);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        for (FineTuneConfig config : stages) {
            require(!config.model().isEmpty(), "no model is given: add --model DIR or --model owner/name");
            require(!config.output().isEmpty(), "no output folder is given: add --output DIR");
            require(!config.data().train().isNull(), "no training data is given: add --train KIND:PATH");
        }
        return stages;
    }

    private void require(boolean valid, String otherwise) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private static String sentence(FineTune.Outcome outcome) {
        long step = outcome.state().step();
        return switch (outcome.end()) {
            case FINISHED -> "done after " + step + " steps: the result is in " + outcome.folder();
            case EARLY ->
                "ended early after " + step + " steps, as validations did not get better: the result is in "
                        + outcome.folder();
            case STOPPED -> "stopped after step " + step + ": --resume goes on from there";
        };
    }
}
