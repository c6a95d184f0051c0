package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.data.ContactSheet;
import io.github.florence4j.data.DataCheck;
import io.github.florence4j.data.DataReport;
import io.github.florence4j.data.EncodingOptions;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.SampleEncoder;
import io.github.florence4j.data.Sources;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code florence4j data check}: what training would meet in a data set. */
@Command(
        name = "check",
        description = "Reads a data set once and reports counts, lengths, image sizes, what is too long, bad, or there"
                + " twice. Every distinct image is decoded. Exit code 0 whatever is found, or with --strict 1 when"
                + " something is; 1 too when the data cannot be read at all.",
        footer = {
            "",
            "A SOURCE is KIND:PATH?key=value, a file, a folder, or a YAML list of sources with weights; kinds are docvqa,",
            "docvqa-json, cauldron, docmatix, jsonl, coco, coco-captions, csv, synth and mixture.",
            "",
            "Examples:",
            "  florence4j data check 'docvqa:data/train-*.parquet' --model microsoft/Florence-2-base-ft",
            "  florence4j data check train.jsonl --validation val.jsonl --contact-sheet samples.png --strict"
        })
final class DataCheckCommand implements Callable<Integer> {
    private static final int MOST_SAMPLES = 400;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Parameters(paramLabel = "SOURCE", description = "The data, such as docvqa:train.parquet.")
    private String source = "";

    @Option(
            names = "--validation",
            paramLabel = "SOURCE",
            description = "Data to check too, and for images and questions that are in both.")
    private @Nullable String validation;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description =
                    "Checkpoint whose tokenizer counts and whose limits hold; without one, characters are counted and"
                            + " there are no limits.")
    private @Nullable String model;

    @Option(names = "--contact-sheet", paramLabel = "FILE.png", description = "Draw samples with prompt and answer.")
    private @Nullable Path contactSheet;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "24",
            description = "Samples on the contact sheet, up to 400 (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(names = "--limit", paramLabel = "N", description = "Read at most N records of each source.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that decode images; all processors by default.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--strict", description = "Exit with 1 when anything is found.")
    private boolean strict;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        require(samples >= 1 && samples <= MOST_SAMPLES, "--samples", samples, "1 to " + MOST_SAMPLES);
        require(limit >= 1, "--limit", limit, "1 or more");
        require(threads >= 1, "--threads", threads, "1 or more");
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        List<DataReport> reports = model == null
                ? check(new DataCheck(threads), reporter)
                : checkWith(ModelOptions.resolve(model, reporter), reporter);
        boolean clean = reports.stream().allMatch(DataReport::clean);
        print(reports, clean);
        return strict && !clean ? 1 : 0;
    }

    private void require(boolean valid, String option, long value, String expected) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + "; expected " + expected);
        }
    }

    private List<DataReport> checkWith(Path checkpoint, Reporter reporter) throws IOException {
        ImageProcessorConfig image = ImageProcessorConfig.ofCheckpoint(checkpoint);
        EncodingOptions options = EncodingOptions.of(Florence2Config.read(checkpoint), image.height(), image.width());
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(checkpoint)) {
            return check(new DataCheck(new SampleEncoder(tokenizer, options), threads), reporter);
        }
    }

    private List<DataReport> check(DataCheck check, Reporter reporter) throws IOException {
        List<DataReport> reports = new ArrayList<>();
        try (IndexedSource data = open(source)) {
            reports.add(check(check, data, reporter));
            if (contactSheet != null) {
                ContactSheet.write(ContactSheet.of(data, 0, samples), contactSheet);
            }
        }
        if (validation != null) {
            try (IndexedSource data = open(validation)) {
                reports.add(check(check, data, reporter));
            }
        }
        return reports;
    }

    private DataReport check(DataCheck check, IndexedSource data, Reporter reporter) throws IOException {
        if (!reporter.showsBars()) {
            return check.run(data, limit, read -> {});
        }
        try (ProgressBar bar = reporter.bar(data.name(), Math.min(limit, data.count()))) {
            return check.run(data, limit, bar::stepTo);
        } finally {
            reporter.endBarLine();
        }
    }

    private IndexedSource open(String line) throws IOException {
        try {
            return Sources.open(line);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void print(List<DataReport> reports, boolean clean) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode object = JsonNodeFactory.instance.objectNode().put("clean", clean);
            ArrayNode sources = object.putArray("sources");
            reports.forEach(report -> sources.add(DataReportJson.of(report)));
            out.println(object.toPrettyString());
        } else {
            reports.forEach(report -> out.println(report.text()));
        }
        Output.flush(out);
    }
}
