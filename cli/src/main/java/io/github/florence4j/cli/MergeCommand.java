package io.github.florence4j.cli;

import io.github.florence4j.torch.DType;
import io.github.florence4j.train.AdapterMerge;
import io.github.florence4j.weights.CheckpointSummary;
import io.github.florence4j.weights.KeyLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code florence4j merge}: a checkpoint out of a base and the LoRA adapters trained on it. */
@Command(
        name = "merge",
        description =
                "Merges LoRA adapters into their base and saves a checkpoint with tokenizer and image processor; without"
                        + " adapters, writes a checkpoint in another precision or layout.",
        footer = {
            "",
            "Examples:",
            "  florence4j merge --model microsoft/Florence-2-base-ft --adapter ./adapter --output ./merged",
            "  florence4j merge --model ./base --adapter ./adapter --output ./merged --dtype fp16 --layout transformers",
            "  florence4j merge --model ./trained --output ./half --dtype fp16"
        })
final class MergeCommand implements Callable<Integer> {
    /** Precisions that a checkpoint is saved in. */
    enum Precision {
        FP32(DType.FLOAT32),
        FP16(DType.FLOAT16),
        BF16(DType.BFLOAT16);

        private final DType dtype;

        Precision(DType dtype) {
            this.dtype = dtype;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Layouts that a checkpoint is saved in. */
    enum Layout {
        TRANSFORMERS(KeyLayout.TRANSFORMERS),
        MICROSOFT(KeyLayout.MICROSOFT);

        private final KeyLayout layout;

        Layout(KeyLayout layout) {
            this.layout = layout;
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
            names = "--adapter",
            paramLabel = "DIR",
            description = "Folder with adapter_config.json and adapter_model.safetensors, from florence4j or PEFT;"
                    + " without it the checkpoint is only written in another precision or layout.")
    private @Nullable Path adapter;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "New or empty folder for the merged checkpoint.")
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private Path output;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description =
                    "Precision of the saved tensors: ${COMPLETION-CANDIDATES}; that of the base by default. Merging"
                            + " itself is done in fp32.")
    private @Nullable Precision dtype;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            description = "Layout of the saved names: ${COMPLETION-CANDIDATES}; that of the base by default.")
    private @Nullable Layout layout;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar for downloads.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        model.requireGiven();
        Path base = model.directory(new Reporter(spec.commandLine().getErr(), quiet));
        CheckpointSummary summary = CheckpointSummary.read(base);
        AdapterMerge.run(
                base,
                adapter,
                output,
                Optional.ofNullable(dtype).map(precision -> precision.dtype).orElseGet(() -> stored(summary)),
                Optional.ofNullable(layout).map(names -> names.layout).orElse(summary.layout()));
        spec.commandLine().getOut().println(output);
        return 0;
    }

    /** The precision that most bytes of a checkpoint are in. */
    private static DType stored(CheckpointSummary summary) {
        return summary.bytes().entrySet().stream()
                .filter(entry -> entry.getKey().isFloatingPoint())
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(DType.FLOAT32);
    }
}
