package io.github.florence4j.cli;

import io.github.florence4j.RunOptions;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.data.SampleSource;
import io.github.florence4j.evaluate.Comparison;
import io.github.florence4j.evaluate.EvaluatedModel;
import io.github.florence4j.evaluate.Evaluation;
import io.github.florence4j.evaluate.EvaluationListener;
import io.github.florence4j.evaluate.EvaluationOptions;
import io.github.florence4j.evaluate.EvaluationResult;
import io.github.florence4j.evaluate.NetworkPredictor;
import io.github.florence4j.evaluate.PromptTemplate;
import io.github.florence4j.evaluate.SampleResult;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.report.CurveChart;
import io.github.florence4j.report.RunLog;
import io.github.florence4j.report.RunPoint;
import io.github.florence4j.report.ValidationPoint;
import io.github.florence4j.task.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that is to be evaluated.
 *
 * @param label what tables call it
 * @param directory where it lies
 * @param adapter where adapters for it lie; null for none
 * @param prompts what it is asked
 */
record EvaluatedCheckpoint(String label, Path directory, @Nullable Path adapter, List<PromptTemplate> prompts) {
    private static final int REJECTIONS_TOLD = 10;

    /** Collects checkpoints, and finds short names that tell them apart. */
    static final class Plan {
        private record Named(String model, Path directory, @Nullable Path adapter, List<PromptTemplate> prompts) {
            String label(boolean full) {
                String name = full ? model : last(model);
                return adapter == null ? name : name + " + " + (full ? adapter : last(adapter.toString()));
            }

            private static String last(String path) {
                String bare = path.replaceAll("[/\\\\]+$", "");
                return bare.substring(Math.max(bare.lastIndexOf('/'), bare.lastIndexOf('\\')) + 1);
            }
        }

        private final Reporter reporter;
        private final List<Named> named = new ArrayList<>();

        Plan(Reporter reporter) {
            this.reporter = reporter;
        }

        /** Adds a checkpoint, downloaded if need be. */
        void add(String model, @Nullable Path adapter, List<PromptTemplate> prompts) throws IOException {
            named.add(new Named(model, ModelOptions.resolve(model, reporter), adapter, prompts));
        }

        boolean isEmpty() {
            return named.isEmpty();
        }

        List<EvaluatedCheckpoint> checkpoints() {
            Map<String, Long> places = named.stream()
                    .map(one -> one.label(false) + "\n" + one.label(true))
                    .distinct()
                    .collect(Collectors.groupingBy(
                            pair -> pair.substring(0, pair.indexOf('\n')), Collectors.counting()));
            return named.stream()
                    .map(one -> new EvaluatedCheckpoint(
                            one.label(places.getOrDefault(one.label(false), 1L) > 1),
                            one.directory(),
                            one.adapter(),
                            one.prompts()))
                    .toList();
        }
    }

    /**
     * Asks all its prompts.
     *
     * @param generation makes the way of decoding from the checkpoint's own
     * @param tell whether rejected samples are told; they are the same for every checkpoint
     */
    List<Comparison.Row> evaluate(
            SampleSource source,
            EvaluationOptions options,
            Function<GenerationOptions.Builder, GenerationOptions> generation,
            Profile profile,
            PrecisionOption precision,
            String device,
            boolean tell,
            Reporter reporter)
            throws IOException {
        long total = Evaluation.chosen(source, options).size().orElse(-1);
        try (EvaluatedModel model = EvaluatedModel.load(directory, adapter, precision.get(), device);
                NetworkPredictor predictor = model.predictor(
                        new RunOptions(generation.apply(model.generation()), profile, options.batchSize()),
                        options.workers());
                ProgressBar bar = reporter.showsBars() ? reporter.bar(label, total) : null) {
            precision.requireKept(model.precision());
            model.report().warnings().forEach(reporter::note);
            int[] rejected = {0};
            List<EvaluationResult> results =
                    Evaluation.compare(predictor, source, prompts, options, new EvaluationListener() {
                        @Override
                        public void progress(long done, OptionalLong samples) {
                            if (bar != null) {
                                bar.stepTo(done);
                            }
                        }

                        @Override
                        public void rejected(RejectedSample sample) {
                            if (tell && rejected[0]++ < REJECTIONS_TOLD) {
                                reporter.note(sample.id() + " is left out: " + sample.reason());
                            }
                        }
                    });
            reporter.endBarLine();
            if (rejected[0] > REJECTIONS_TOLD) {
                reporter.note((rejected[0] - REJECTIONS_TOLD) + " more samples are left out");
            }
            results.forEach(result -> tellFailures(result, reporter));
            return results.stream()
                    .map(result -> new Comparison.Row(label, result))
                    .toList();
        } finally {
            reporter.endBarLine();
        }
    }

    private void tellFailures(EvaluationResult result, Reporter reporter) {
        result.samples().stream().filter(SampleResult::failed).findFirst().ifPresent(first -> {
            String what = label + " with " + result.prompt() + ": " + result.failures() + " of "
                    + result.samples().size()
                    + " questions could not be answered and count as empty answers; the first, "
                    + first.id() + ": " + first.error();
            if (result.failures() == result.samples().size()) {
                reporter.failure(what);
            } else {
                reporter.note(what);
            }
        });
    }

    /** The curves of those checkpoints that training left with its log. */
    static List<String> curves(List<EvaluatedCheckpoint> checkpoints, Reporter reporter) {
        Map<Path, String> curves = new LinkedHashMap<>();
        for (EvaluatedCheckpoint checkpoint : checkpoints) {
            Path folder = checkpoint.adapter() == null ? checkpoint.directory() : checkpoint.adapter();
            Path log = folder.resolve(RunLog.FILE);
            if (Files.isRegularFile(log) && !curves.containsKey(log)) {
                try {
                    curves.put(log, curve(checkpoint.label(), RunLog.read(log)));
                } catch (IOException | RuntimeException e) {
                    reporter.note("the report has no curves of " + checkpoint.label() + ": " + Failures.sentence(e));
                }
            }
        }
        return List.copyOf(curves.values());
    }

    private static String curve(String label, List<RunPoint> history) {
        String metric = history.stream()
                .filter(ValidationPoint.class::isInstance)
                .flatMap(point -> ((ValidationPoint) point).metrics().keySet().stream())
                .findFirst()
                .orElse(null);
        return new CurveChart("Training of " + label, history, metric, OptionalLong.empty()).toSvg();
    }
}
