package io.github.florence4j.cli;

import io.github.florence4j.packed.PackedFolder;
import io.github.florence4j.packed.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code florence4j pack}: a checkpoint stored as it is computed with. */
@Command(
        name = "pack",
        description =
                "Writes a model as it is computed with in int8 or bf16, so that loading reads fewer bytes and quantises nothing."
                        + " Its answers are those of --precision on the checkpoint. It can only answer, not be trained.",
        footer = {
            "",
            "Examples:",
            "  florence4j pack --model microsoft/Florence-2-base-ft --precision int8 --output ./base-int8",
            "  florence4j run --model ./base-int8 --task OD car.jpg"
        })
final class PackCommand implements Callable<Integer> {
    /** Precisions that a model is packed for. */
    enum Packed {
        INT8(Precision.INT8),
        BF16(Precision.BF16);

        private final Precision precision;

        Packed(Precision precision) {
            this.precision = precision;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private RequiredModelOptions model;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "New or empty folder for the packed model.")
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private Path output;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description = "What it is packed for: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Packed packed = Packed.INT8;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar for downloads.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        model.requireGiven();
        Path base = model.directory(new Reporter(spec.commandLine().getErr(), quiet));
        PackedFolder.write(base, packed.precision, output);
        spec.commandLine().getOut().println(output);
        return 0;
    }
}
