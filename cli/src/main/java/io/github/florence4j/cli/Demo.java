package io.github.florence4j.cli;

import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.Sources;
import io.github.florence4j.evaluate.Comparison;
import io.github.florence4j.evaluate.EvaluationFolder;
import io.github.florence4j.evaluate.EvaluationFolder.ReportOptions;
import io.github.florence4j.evaluate.EvaluationOptions;
import io.github.florence4j.evaluate.PromptTemplate;
import io.github.florence4j.finetune.FineTune;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.report.OutputFile;
import io.github.florence4j.synth.dataset.DataSetWriter;
import io.github.florence4j.task.Profile;
import io.github.florence4j.torch.NativeMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ProgressBar;

/** Teaches a model to answer questions about documents, and measures it before and after: the whole of florence4j in seven steps. */
final class Demo {
    private final DemoOptions options;
    private final DemoFolder folder;
    private final Path model;
    private final Reporter reporter;
    private final BooleanSupplier stop;

    /**
     * A demo.
     *
     * @param model the folder of the model to teach
     */
    Demo(DemoOptions options, Path model, Reporter reporter, BooleanSupplier stop) {
        this.options = options;
        this.folder = new DemoFolder(options.output());
        this.model = model;
        this.reporter = reporter;
        this.stop = stop;
    }

    /** Runs it; empty when it was told to stop. */
    Optional<DemoResult> run() throws IOException {
        try {
            return Optional.of(steps());
        } catch (CancellationException e) {
            return Optional.empty();
        }
    }

    private DemoResult steps() throws IOException {
        long start = System.nanoTime();

        // 1. Documents to learn from, and others, of other names, numbers and templates, to be tested on.
        folder.begin();
        drawDocuments();
        try (IndexedSource train = Sources.open(folder.source("train"));
                IndexedSource test = Sources.open(folder.source("test"))) {

            // 2. Nothing of the test is in the training.
            requireDisjoint(train, test);
            showPage(test);

            // 3. What the model answers without having been taught, to three prompts.
            EvaluatedCheckpoint untaught = new EvaluatedCheckpoint("before", model, null, PromptTemplate.ZERO_SHOT);
            List<Comparison.Row> rows = new ArrayList<>(answers(untaught, test));

            // 4. It learns.
            fineTune();

            // 5. What it answers now.
            EvaluatedCheckpoint taught =
                    new EvaluatedCheckpoint("after", folder.checkpoint(), null, List.of(PromptTemplate.OF_THE_DATA));
            rows.addAll(answers(taught, test));

            // 6. The report.
            Comparison comparison = comparison(rows);
            ReportOptions report = new ReportOptions(
                    ReportOptions.DEFAULTS.gallery(), EvaluatedCheckpoint.curves(List.of(taught), reporter));
            EvaluationFolder.write(folder.report(), comparison, test, evaluation(), report);

            // 7. What came of it.
            DemoResult result = new DemoResult(
                    comparison,
                    (System.nanoTime() - start) / 1e9,
                    NativeMemory.peakResident(),
                    folder.report().resolve("report.html"),
                    folder.checkpoint(),
                    folder.page());
            result.write(folder.mark());
            return result;
        }
    }

    private void drawDocuments() throws IOException {
        int total = options.size().documents() + options.size().testDocuments();
        try (ProgressBar bar = reporter.showsBars() ? reporter.bar("documents", total) : null) {
            DataSetWriter.write(folder.documents(), DemoRecipe.documents(options), (done, all) -> {
                checkStop();
                if (bar != null) {
                    bar.stepTo(done);
                }
            });
        } finally {
            reporter.endBarLine();
        }
    }

    private void requireDisjoint(IndexedSource train, IndexedSource test) throws IOException {
        DemoSplits training = DemoSplits.of(train);
        DemoSplits held = DemoSplits.of(test);
        DemoSplits.requireDisjoint(training, held);
        reporter.note(training.pictures().size() + " documents with " + train.count() + " questions to learn from, "
                + held.pictures().size() + " with " + test.count()
                + " to be tested on; by their SHA-256 they have no page in common");
    }

    /** Lays a page of the test beside the documents' parquet files, where people can see it. */
    private void showPage(IndexedSource test) throws IOException {
        if (test.read(new Pass(0, 0), 0).get(0) instanceof Sample sample) {
            OutputFile.write(folder.page(), sample.image().bytes());
        }
    }

    private List<Comparison.Row> answers(EvaluatedCheckpoint checkpoint, IndexedSource test) throws IOException {
        checkStop();
        return checkpoint.evaluate(
                test,
                evaluation(),
                DemoRecipe::generation,
                Profile.FLORENCE4J,
                new PrecisionOption(),
                "cpu",
                true,
                reporter);
    }

    private EvaluationOptions evaluation() {
        return EvaluationOptions.DEFAULTS
                .withMetrics(List.of(Metric.named("anls")))
                .withBatchSize(16)
                .withSeed(options.seed());
    }

    private void fineTune() throws IOException {
        checkStop();
        try (TrainingBars bars = new TrainingBars(reporter)) {
            FineTune.Outcome outcome = FineTune.run(DemoRecipe.training(options, folder), model, false, bars, stop);
            if (outcome.end() == FineTune.End.STOPPED) {
                throw new CancellationException("the demo was stopped");
            }
        }
    }

    private void checkStop() {
        if (stop.getAsBoolean()) {
            throw new CancellationException("the demo was stopped");
        }
    }

    /** The rows, and how much better the last one is than each other. */
    private Comparison comparison(List<Comparison.Row> rows) throws IOException {
        Comparison all = Comparison.of(rows, settings());
        return new Comparison(
                rows,
                all.settings(),
                all.differences().stream()
                        .filter(difference -> difference.to() == rows.size() - 1)
                        .toList());
    }

    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("model", options.model());
        settings.put("mode", options.mode().toString());
        settings.put("training documents", Integer.toString(options.size().documents()));
        settings.put("epochs", Integer.toString(options.size().epochs()));
        settings.put("seed", Long.toString(options.seed()));
        settings.put("version", new Version().getVersion()[0]);
        return settings;
    }
}
