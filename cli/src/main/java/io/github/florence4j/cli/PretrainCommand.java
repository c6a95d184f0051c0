package io.github.florence4j.cli;

import io.github.florence4j.pretrain.Pretrain;
import io.github.florence4j.pretrain.PretrainFile;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
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

/** {@code florence4j pretrain}: a small model out of nothing. */
@Command(
        name = "pretrain",
        description = "Trains a small model from nothing: draws it, teaches it letters, then to read.",
        sortOptions = false,
        footer = {
            "",
            "The file has the keys of finetune with stages, and before them new-model and",
            "warm-up; see recipes/tiny-pretrain.yaml. Each stage has a folder in the output",
            "folder. Stages that are done are not run again: the same command goes on where",
            "it was stopped, from the latest checkpoint.",
            "",
            "Example:",
            "  florence4j pretrain --config recipes/tiny-pretrain.yaml --output runs/tiny"
        })
final class PretrainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "YAML file of the model and its stages.")
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Folder of the run, in place of the file's.")
    private @Nullable String output;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar and no notes.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        PretrainFile stages;
        try {
            stages = PretrainFile.read(file, output == null ? Map.of() : Map.of("output", List.of(output)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        Pretrain.Outcome outcome;
        try (StopSignal stop =
                new StopSignal(() -> reporter.note("stopping: this step ends and a checkpoint is saved"))) {
            outcome = Pretrain.run(stages, new Notes(reporter), stop);
        }
        spec.commandLine()
                .getOut()
                .println(
                        outcome.finished()
                                ? "done: the model is in " + outcome.folder()
                                : "stopped in " + outcome.folder() + ": the same command goes on from there");
        spec.commandLine().getOut().flush();
        return 0;
    }

    /** Notes, and a bar for each stage. */
    private record Notes(Reporter reporter) implements Pretrain.Listener {
        @Override
        public void note(String sentence) {
            reporter.note(sentence);
        }

        @Override
        public Pretrain.ClosableListener stage() {
            TrainingBars bars = new TrainingBars(reporter);
            return new Pretrain.ClosableListener() {
                @Override
                public void started(long totalSteps, long firstStep, List<String> sentences) {
                    bars.started(totalSteps, firstStep, sentences);
                }

                @Override
                public void step(TrainingPoint point, long totalSteps) {
                    bars.step(point, totalSteps);
                }

                @Override
                public void validating(long done, long total) {
                    bars.validating(done, total);
                }

                @Override
                public void validated(ValidationPoint point) {
                    bars.validated(point);
                }

                @Override
                public void notice(String sentence) {
                    bars.notice(sentence);
                }

                @Override
                public void close() {
                    bars.close();
                }
            };
        }
    }
}
