package io.github.florence4j.cli;

import io.github.florence4j.config.GenerationDefaults;
import io.github.florence4j.data.Entry;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.SampleReader;
import io.github.florence4j.data.Sources;
import io.github.florence4j.evaluate.Comparison;
import io.github.florence4j.evaluate.ComparisonJson;
import io.github.florence4j.evaluate.EvaluationFolder;
import io.github.florence4j.evaluate.EvaluationFolder.ReportOptions;
import io.github.florence4j.evaluate.EvaluationOptions;
import io.github.florence4j.evaluate.EvaluationResult;
import io.github.florence4j.evaluate.PromptTemplate;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.task.Prompts;
import io.github.florence4j.tiny.TinyModel;
import io.github.florence4j.torch.Threads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code florence4j evaluate}: how good checkpoints and prompts are on a data set. */
@Command(
        name = "evaluate",
        description = "Scores checkpoints and prompts on a data set, side by side, with confidence intervals.",
        sortOptions = false,
        footer = {
            "",
            "Data: KIND:PATH?key=value, kinds as for finetune; 'docvqa:data/validation*.parquet'.",
            "Metrics: anls and its variants, exact-match, vqa-accuracy, cer, wer, bleu-4, rouge-l, cider-d, coco-map,",
            "accuracy-at-iou-0.5, mean-iou, cumulative-iou.",
            "Without --metric the one that is usual for the data's task is measured. All samples are asked unless",
            "--limit draws some; the seed draws the same ones for every checkpoint and prompt.",
            "",
            "Exit code: 0 done (rejected samples are told and counted), 1 failed, 2 wrong command line.",
            "",
            "Examples:",
            "  florence4j evaluate -m microsoft/Florence-2-base-ft -d 'docvqa:val*.parquet' --zero-shot -o report/",
            "  florence4j evaluate -m runs/docvqa --baseline microsoft/Florence-2-base-ft --zero-shot \\",
            "      -d 'docvqa:val*.parquet' -o report/",
            "  florence4j evaluate -m DIR -d 'coco:instances_val2017.json?empty=keep' --json",
            "  florence4j evaluate -m DIR -d qa.jsonl -p '<VQA>{question}' -p '<DocVQA>{question}' --metric anls"
        })
final class EvaluateCommand implements Callable<Integer> {
    private static final int ENTRIES_FOR_A_SAMPLE = 100;
    /** Defaults with which only the command line can be wrong. */
    private static final GenerationDefaults ANY_CHECKPOINT =
            new GenerationDefaults(1, 0, true, 1, OptionalInt.empty(), OptionalInt.empty());

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Checkpoint folder or hub id; may be repeated (default: tiny).")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "LoRA folder that is used with the model; may be repeated, for a row each.")
    private List<Path> adapters = new ArrayList<>();

    @Option(names = "--baseline", paramLabel = "DIR|ID", description = "Checkpoint that the others are compared with.")
    private @Nullable String baseline;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "SOURCE",
            description = "The data.")
    private @Nullable String data;

    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "TEXT",
            description = "Prompt in place of the data's own; {question} stands for the question. May be repeated.")
    private List<String> prompts = new ArrayList<>();

    @Option(
            names = "--zero-shot",
            description = "Add rows of the baseline (else of the first model) with the prompts for untrained models:"
                    + " <DocVQA>, <VQA>, and the description of the whole page as a region.")
    private boolean zeroShot;

    @Option(names = "--metric", paramLabel = "NAME", description = "What to measure; may be repeated.")
    private List<String> metrics = new ArrayList<>();

    @Option(names = "--limit", paramLabel = "N", description = "Draw N samples instead of taking all.")
    private @Nullable Long limit;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of samples and intervals (default 0).")
    private long seed;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Questions that are computed together (default ${DEFAULT-VALUE}).")
    private int batchSize = EvaluationOptions.DEFAULTS.batchSize();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description =
                    "Batches that are computed side by side, each with its share of the threads; 0, the default, for 2"
                            + " with small models in fp32 and 1 with others, whose batches need much memory.")
    private int workers = EvaluationOptions.AUTOMATIC;

    @Option(names = "--num-beams", paramLabel = "N", description = "Hypotheses per answer; 1 is greedy.")
    private @Nullable Integer numBeams;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Longest answer in tokens (default 1024).")
    private @Nullable Integer maxNewTokens;

    @Mixin
    private final ProfileOption profile = new ProfileOption();

    @Option(names = "--threads", paramLabel = "N", description = "Native threads; 0 for one per core (the default).")
    private int threads;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cpu, cuda or cuda:N (default ${DEFAULT-VALUE}; CUDA is untested).")
    private String device = "cpu";

    @Mixin
    private final PrecisionOption precision = new PrecisionOption();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Write report.html, predictions.jsonl and summary.json to this folder.")
    private @Nullable Path output;

    @Option(
            names = "--gallery",
            paramLabel = "N|all",
            description = "Samples that the report shows, worst first (default 200); all puts pictures beside it.")
    private String gallery = Integer.toString(ReportOptions.DEFAULTS.gallery());

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar and no notes.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        EvaluationOptions options = checked();
        ReportOptions report = new ReportOptions(galleryCount(), List.of());
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        if (output != null) {
            Files.createDirectories(output);
        }
        try (IndexedSource source = Sources.open(given(data, "--data", "docvqa:val*.parquet"))) {
            List<EvaluatedCheckpoint> checkpoints = checkpoints(source, reporter);
            if (threads > 0) {
                Threads.set(threads);
            }
            List<Comparison.Row> rows = new ArrayList<>();
            for (EvaluatedCheckpoint checkpoint : checkpoints) {
                rows.addAll(checkpoint.evaluate(
                        source, options, this::generation, profile.get(), precision, device, rows.isEmpty(), reporter));
            }
            Comparison comparison = Comparison.of(rows, settings());
            print(comparison);
            if (output != null) {
                ReportOptions shown =
                        new ReportOptions(report.gallery(), EvaluatedCheckpoint.curves(checkpoints, reporter));
                EvaluationFolder.write(output, comparison, source, options, shown);
                reporter.note("the report is " + output.resolve("report.html"));
            }
            return exitCode(rows);
        }
    }

    private EvaluationOptions checked() {
        if (models.isEmpty()) {
            models.add(TinyModel.NAME);
        }
        given(data, "--data", "docvqa:val*.parquet");
        if (threads < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--threads is " + threads + "; expected 0 (one per core) or more");
        }
        try {
            generation(GenerationOptions.from(ANY_CHECKPOINT));
            EvaluationOptions options = EvaluationOptions.DEFAULTS
                    .withMetrics(metrics.stream().distinct().map(Metric::named).toList())
                    .withBatchSize(batchSize)
                    .withWorkers(workers)
                    .withSeed(seed);
            return limit == null ? options : options.withLimit(limit);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private String given(@Nullable String value, String option, String example) {
        if (value == null) {
            throw new ParameterException(
                    spec.commandLine(), option + " is missing; for example " + option + " '" + example + "'");
        }
        return value;
    }

    private int galleryCount() {
        if (gallery.equals("all")) {
            return ReportOptions.ALL;
        }
        try {
            return new ReportOptions(Integer.parseInt(gallery), List.of()).gallery();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--gallery is " + gallery + "; expected a number of samples, or all", e);
        }
    }

    private GenerationOptions generation(GenerationOptions.Builder builder) {
        if (numBeams != null) {
            builder.numBeams(numBeams);
        }
        if (maxNewTokens != null) {
            builder.maxNewTokens(maxNewTokens);
        }
        return builder.build();
    }

    /** What is evaluated with which prompts: the baseline first, and untrained prompts before the others. */
    private List<EvaluatedCheckpoint> checkpoints(IndexedSource source, Reporter reporter) throws IOException {
        Sample first = firstSample(source);
        List<PromptTemplate> own = prompts.isEmpty()
                ? List.of(PromptTemplate.OF_THE_DATA)
                : prompts.stream().map(PromptTemplate::new).toList();
        List<PromptTemplate> all = new ArrayList<>(zeroShot ? PromptTemplate.ZERO_SHOT : List.of());
        all.addAll(own);
        requirePrompts(own, first, reporter);
        EvaluatedCheckpoint.Plan plan = new EvaluatedCheckpoint.Plan(reporter);
        if (baseline != null) {
            plan.add(baseline, null, zeroShot ? PromptTemplate.ZERO_SHOT : own);
        } else if (zeroShot && !adapters.isEmpty()) {
            plan.add(models.get(0), null, PromptTemplate.ZERO_SHOT);
        }
        for (String model : models) {
            boolean withZeroShot = plan.isEmpty() && zeroShot;
            List<PromptTemplate> asked = withZeroShot ? distinct(all, first) : distinct(own, first);
            if (adapters.isEmpty()) {
                plan.add(model, null, asked);
            }
            for (Path adapter : adapters) {
                plan.add(model, adapter, asked);
            }
        }
        return plan.checkpoints();
    }

    /** The prompts without those that ask the same as an earlier one. */
    private static List<PromptTemplate> distinct(List<PromptTemplate> templates, @Nullable Sample first) {
        Map<String, PromptTemplate> distinct = new LinkedHashMap<>();
        templates.forEach(
                template -> distinct.putIfAbsent(first == null ? template.text() : template.on(first), template));
        return List.copyOf(distinct.values());
    }

    private void requirePrompts(List<PromptTemplate> templates, @Nullable Sample first, Reporter reporter) {
        for (PromptTemplate template : templates) {
            if (first == null) {
                return;
            }
            try {
                Prompts.of(template.on(first), profile.get());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(), "--prompt '" + template + "' cannot be asked: " + e.getMessage(), e);
            }
            if (!template.asksTheQuestion() && PromptTemplate.hasQuestion(first)) {
                reporter.note("the prompt '" + template + "' has no {question}: whatever the data asks, the model hears"
                        + " the same");
            }
        }
    }

    private static @Nullable Sample firstSample(IndexedSource source) throws IOException {
        try (SampleReader reader = source.open(new Pass(0, 0), 0)) {
            for (int i = 0; i < ENTRIES_FOR_A_SAMPLE; i++) {
                Entry entry = reader.next();
                if (entry == null) {
                    return null;
                }
                if (entry instanceof Sample sample) {
                    return sample;
                }
            }
            return null;
        }
    }

    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("data", String.valueOf(data));
        settings.put("samples", limit == null ? "all" : limit + ", drawn with seed " + seed);
        settings.put("beams", numBeams == null ? "as the checkpoint says" : numBeams.toString());
        settings.put("new tokens", "at most " + (maxNewTokens == null ? "1024" : maxNewTokens.toString()));
        settings.put("batch size", Integer.toString(batchSize));
        settings.put("precision", precision.get() + " (but for models that are packed for another)");
        settings.put("profile", profile.get().toString());
        settings.put("device", device);
        settings.put("version", new Version().getVersion()[0]);
        return settings;
    }

    private void print(Comparison comparison) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(ComparisonJson.summary(comparison));
        } else {
            EvaluateTable.print(comparison, out);
        }
        Output.flush(out);
    }

    private static int exitCode(List<Comparison.Row> rows) {
        return rows.stream().map(Comparison.Row::result).anyMatch(EvaluateCommand::answeredNothing) ? 1 : 0;
    }

    private static boolean answeredNothing(EvaluationResult result) {
        return result.failures() == result.samples().size();
    }
}
