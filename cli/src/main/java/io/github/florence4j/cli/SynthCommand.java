package io.github.florence4j.cli;

import io.github.florence4j.synth.PageGenerator;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.dataset.DataSetOptions;
import io.github.florence4j.synth.dataset.DataSetWriter;
import io.github.florence4j.synth.dataset.PageSheet;
import io.github.florence4j.synth.dataset.ReadingTask;
import io.github.florence4j.synth.dataset.WrittenSplit;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code florence4j synth}: synthetic documents as a data set, or as a picture to look at. */
@Command(
        name = "synth",
        description = {
            "Makes synthetic documents: questions with answers in DocVQA's parquet, and JSON lines for the reading tasks.",
            "Training and test documents share no names, products, numbers, sentences and templates."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  florence4j synth --out documents --documents 500 --seed 1",
            "  florence4j synth --out receipts --documents 2000 --kind receipt,invoice --size 1000x1300 --noise medium",
            "  florence4j synth --contact-sheet letters.png --kind letter --documents 12"
        })
final class SynthCommand implements Callable<Integer> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");
    private static final int MOST_ON_SHEET = 60;
    private static final int TEST_SHARE = 5;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write a data set to this folder, which is new or empty.")
    private @Nullable Path out;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE.png",
            description = "Draw the first training documents, at most 60, with some of their questions.")
    private @Nullable Path sheet;

    @Option(names = "--boxes", description = "Outline the parts of the layout on the contact sheet.")
    private boolean boxes;

    @Option(
            names = "--documents",
            paramLabel = "N",
            defaultValue = "100",
            description = "Training documents (default: ${DEFAULT-VALUE}).")
    private int documents;

    @Option(
            names = "--test-documents",
            paramLabel = "N",
            description = "Test documents (default: a fifth of the training documents, at least 1).")
    private @Nullable Integer testDocuments;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            description = "What to make: ${COMPLETION-CANDIDATES}, several with commas (default: all, in turns).")
    private List<DocumentKind> kinds = new ArrayList<>(PageSettings.DEFAULT.kinds());

    @Option(
            names = "--size",
            paramLabel = "W[xH]",
            defaultValue = "256",
            description = "Pixels; documents have as much on them as stays legible (default: ${DEFAULT-VALUE}).")
    private String size = "256";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            split = ",",
            description = "${COMPLETION-CANDIDATES}, several with commas (default: parquet,jsonl).")
    private List<SynthFormat> formats = List.of(SynthFormat.PARQUET, SynthFormat.JSONL);

    @Option(
            names = "--tasks",
            paramLabel = "TASK",
            split = ",",
            description = "Tasks of the JSON lines: ${COMPLETION-CANDIDATES} (default: all).")
    private List<ReadingTask> tasks = List.of(ReadingTask.values());

    @Mixin
    private final SynthLook look = new SynthLook();

    @Option(names = "--quiet", description = "No progress bar.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        if (out == null && sheet == null) {
            throw new ParameterException(
                    spec.commandLine(), "nothing to write: give --out DIR or --contact-sheet FILE");
        }
        Matcher sides = SIZE.matcher(size);
        if (!sides.matches()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--size is a width such as 256, or width and height as 1000x1300, found " + size);
        }
        int width = Integer.parseInt(sides.group(1));
        int height = sides.group(2) == null ? width : Integer.parseInt(sides.group(2));
        PageSettings settings = look.settings(kinds);
        PrintWriter output = spec.commandLine().getOut();
        if (sheet != null) {
            drawSheet(sheet, settings, width, height);
            output.println("contact sheet: " + sheet);
        }
        if (out != null) {
            write(out, settings, width, height, output);
        }
        Output.flush(output);
        return 0;
    }

    private void drawSheet(Path file, PageSettings settings, int width, int height) throws IOException {
        PageGenerator generator = new PageGenerator(settings);
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < Math.min(documents, MOST_ON_SHEET); i++) {
            DocumentKind kind = settings.kinds().get(i % settings.kinds().size());
            pages.add(generator.document(Rng.of(seed, Split.TRAIN.ordinal(), i).bits(), kind, width, height));
        }
        PageSheet.write(PageSheet.draw(pages, boxes), file);
    }

    private void write(Path folder, PageSettings settings, int width, int height, PrintWriter output)
            throws IOException {
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        int test = testDocuments != null ? testDocuments : Math.max(1, documents / TEST_SHARE);
        DataSetOptions options = new DataSetOptions(
                documents,
                test,
                seed,
                width,
                height,
                settings,
                formats.contains(SynthFormat.PARQUET),
                formats.contains(SynthFormat.CSV),
                formats.contains(SynthFormat.JSONL) ? tasks : List.of());
        List<WrittenSplit> written;
        if (reporter.showsBars()) {
            try (ProgressBar bar = reporter.bar("documents", (long) documents + test)) {
                written = DataSetWriter.write(folder, options, (done, total) -> bar.stepTo(done));
            }
            reporter.endBarLine();
        } else {
            written = DataSetWriter.write(folder, options, (done, total) -> {});
        }
        for (WrittenSplit split : written) {
            output.println(split.split() + ": " + split.documents() + " documents, " + split.questions()
                    + " questions, " + split.examples() + " examples of reading");
        }
    }
}
