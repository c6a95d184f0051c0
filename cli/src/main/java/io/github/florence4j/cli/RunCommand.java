package io.github.florence4j.cli;

import io.github.florence4j.Florence2;
import io.github.florence4j.LoadOptions;
import io.github.florence4j.RunOptions;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.image.DecodeOptions;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code florence4j run}: questions to images and documents. */
@Command(
        name = "run",
        description = "Answers tasks on images, folders, globs, multi-page TIFF files and PDF documents.",
        sortOptions = false,
        footer = {
            "",
            "Exit code: 0 all done, 1 some image failed (the others are done), 2 wrong command line.",
            "",
            "Examples:",
            "  florence4j run -m microsoft/Florence-2-base-ft -t OD -t CAPTION car.jpg",
            "  florence4j run -m DIR -t OPEN_VOCABULARY_DETECTION --text 'a wheel' --overlay out/ car.jpg",
            "  florence4j run -m DIR -t REGION_TO_OCR --region 10,20,300,60 --json page.png",
            "  florence4j run -m DIR -t OCR_WITH_REGION --dpi 200 --output results.jsonl scans/ report.pdf",
            "  florence4j run -m DIR -t '<DocVQA>' --text 'What is the date?' letter.tif"
        })
final class RunCommand implements Callable<Integer> {
    /** Pages that are decoded while others are computed. */
    private static final int AHEAD = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Image, PDF document, folder with images, or glob (quoted: 'scans/**/*.png').")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = {"-r", "--recursive"},
            description = "Look into folders within folders.")
    private boolean recursive;

    @Option(names = "--dpi", paramLabel = "N", description = "Resolution of PDF pages (default ${DEFAULT-VALUE}).")
    private int dpi = DecodeOptions.DEFAULTS.pdfDpi();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(names = "--threads", paramLabel = "N", description = "Native threads; 0 for one per core (the default).")
    private int threads;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cpu, cuda or cuda:N (default ${DEFAULT-VALUE}; CUDA is untested).")
    private String device = "cpu";

    @Mixin
    private final PrecisionOption precision = new PrecisionOption();

    @Mixin
    private final TaskOptions tasks = new TaskOptions();

    @Mixin
    private final ProfileOption profile = new ProfileOption();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Pages that are computed together (default ${DEFAULT-VALUE}).")
    private int batchSize = 1;

    @Mixin
    private final DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--json", description = "Print one JSON object for each answer.")
    private boolean json;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Append the JSON lines to this file; answers that it holds already are left out.")
    private @Nullable Path output;

    @Option(names = "--overlay", paramLabel = "DIR", description = "Draw boxes, outlines and labels onto the images.")
    private @Nullable Path overlay;

    @Option(names = "--stream", description = "Print the text while it is being written (with --num-beams 1).")
    private boolean stream;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar and no notes.")
    private boolean quiet;

    /** An argument, or a folder in it, that gives no files. */
    private record Missing(String name, String sentence) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        checkUsage();
        List<Job> jobs = tasks.jobs(model.isGiven() ? null : Task.OCR); // the small model is there to read
        Profile rules = profile.get();
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        List<Missing> missing = new ArrayList<>();
        List<String> files = expand(missing);
        if (files.stream().noneMatch(InputFiles::exists)) {
            return nothingToRead(files, missing, reporter);
        }
        Path directory = model.directory(reporter);
        GenerationOptions generation =
                decoding.on(Florence2Config.read(directory).generation());
        LoadOptions load = new LoadOptions(precision.get(), device, threads, 1);
        try (ResultsFile results = output == null ? null : ResultsFile.open(output);
                Florence2 florence = Florence2.load(directory, load);
                Sinks sinks = new Sinks(new ArrayList<>(), reporter)) {
            System.gc(); // the launcher's heap is as small as what is left, for loading takes more than answers do
            precision.requireKept(florence.precision());
            florence.report().warnings().forEach(reporter::note);
            TextSink text = new TextSink(out(), files.size() > 1 || jobs.size() > 1, stream);
            addSinks(sinks.all(), results, text, files);
            BatchRunner.Known known = (file, page, prompt) ->
                    results != null && results.has(file, page, prompt.task().token(), prompt.text());
            RunOptions options = florence.defaults().withGeneration(generation).withProfile(rules);
            BatchRunner runner = new BatchRunner(florence, options, jobs, known, sinks, batchSize);
            missing.forEach(argument -> runner.failed(argument.name(), 1, argument.sentence()));
            int before = results == null ? 0 : results.size();
            runAll(files, runner, text, reporter);
            sinks.flush();
            if (before > 0) {
                reporter.note(leftOut(before, runner.leftOut()));
            }
            return runner.failures() == 0 ? 0 : 1;
        }
    }

    private void checkUsage() {
        decoding.check();
        require(batchSize >= 1, "--batch-size is " + batchSize + "; expected 1 or more");
        require(threads >= 0, "--threads is " + threads + "; expected 0 (one per core) or more");
        require(!(stream && json), "--stream and --json exclude each other");
        require(!(stream && output != null), "--stream and --output exclude each other");
        try {
            DecodeOptions.DEFAULTS.withPdfDpi(dpi);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void require(boolean valid, String otherwise) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private List<String> expand(List<Missing> missing) {
        Set<String> files = new LinkedHashSet<>();
        for (String argument : arguments) {
            try {
                files.addAll(InputFiles.expand(
                        argument,
                        recursive,
                        (folder, e) -> missing.add(new Missing(folder.toString(), Failures.sentence(e)))));
            } catch (IOException | RuntimeException e) {
                missing.add(new Missing(argument, Failures.sentence(e)));
            }
        }
        return List.copyOf(files);
    }

    /** Tells that of everything which is named nothing is there, without loading a model for it. */
    private int nothingToRead(List<String> files, List<Missing> missing, Reporter reporter) throws IOException {
        try (Sinks sinks = new Sinks(json ? List.of(new JsonSink(out())) : List.of(), reporter)) {
            missing.forEach(argument -> sinks.failure(argument.name(), 1, argument.sentence()));
            files.forEach(file -> sinks.failure(file, 1, file + ": there is no such file"));
            sinks.flush();
        }
        return 1;
    }

    private void addSinks(List<AnswerSink> sinks, @Nullable ResultsFile results, TextSink text, List<String> files)
            throws IOException {
        if (results != null) {
            sinks.add(results);
        }
        if (json) {
            sinks.add(new JsonSink(out()));
        } else if (results == null) {
            sinks.add(text);
        }
        if (overlay != null) {
            sinks.add(new OverlayFolder(overlay, files)); // last: what cannot be drawn is answered all the same
        }
    }

    private String leftOut(int before, int leftOut) {
        return output + " holds " + before + " answers already; " + leftOut
                + " of the questions are among them and were"
                + " not asked again, with whatever settings they were answered"
                + (overlay == null ? "" : ", nor were their overlays drawn again");
    }

    private void runAll(List<String> files, BatchRunner runner, TextSink text, Reporter reporter)
            throws IOException, InterruptedException {
        boolean answersOnTerminal = !json && output == null && Terminal.isAttached();
        boolean showBar = files.size() > 1 && reporter.showsBars() && !answersOnTerminal;
        DecodeOptions decode = DecodeOptions.DEFAULTS.withPdfDpi(dpi);
        try (PageReader reader = new PageReader(files, decode, runner::skips, Math.min(batchSize, AHEAD));
                ProgressBar bar = showBar ? reporter.bar("images", files.size()) : null) {
            Runnable fileDone = () -> {
                if (bar != null) {
                    bar.step();
                }
            };
            if (stream) {
                streamAll(reader, runner, text, fileDone);
            } else {
                runner.run(reader, fileDone);
            }
        } finally {
            reporter.endBarLine();
        }
    }

    private static void streamAll(PageReader reader, BatchRunner runner, TextSink text, Runnable fileDone)
            throws IOException, InterruptedException {
        for (PageReader.Item item = reader.next(); !(item instanceof PageReader.End); item = reader.next()) {
            if (item instanceof PageReader.Unreadable failed) {
                runner.failed(failed.file(), failed.page(), failed.sentence());
            } else if (item instanceof PageReader.EndOfFile) {
                fileDone.run();
            } else if (item instanceof PageReader.Page page) {
                runner.stream(page, text);
            }
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
