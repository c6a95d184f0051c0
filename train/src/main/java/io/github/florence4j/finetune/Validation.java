package io.github.florence4j.finetune;

import io.github.florence4j.RunOptions;
import io.github.florence4j.data.Batch;
import io.github.florence4j.data.BatchStream;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.data.RejectionListener;
import io.github.florence4j.data.SampleSource;
import io.github.florence4j.evaluate.Evaluation;
import io.github.florence4j.evaluate.EvaluationListener;
import io.github.florence4j.evaluate.EvaluationOptions;
import io.github.florence4j.evaluate.EvaluationResult;
import io.github.florence4j.evaluate.MetricResult;
import io.github.florence4j.evaluate.NetworkPredictor;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.report.ValidationPoint;
import io.github.florence4j.task.Profile;
import io.github.florence4j.train.LossSum;
import io.github.florence4j.train.TrainingBatch;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;

/** Loss and metric of the weights as they are, on a fixed part of the validation data. */
final class Validation implements AutoCloseable {
    private static final String LOSS = "loss";
    private static final String AUTO = "auto";

    private final TrainingSession session;
    private final EvaluationOptions options;
    private final SampleSource samples;
    private final NetworkPredictor predictor;
    private final boolean answers;
    private final BooleanSupplier stop;
    private final EvaluationListener progress;

    private Validation(
            TrainingSession session,
            IndexedSource source,
            RejectionListener rejections,
            TrainingListener listener,
            BooleanSupplier stop) {
        FineTuneConfig.Evaluation evaluation = session.config.evaluation();
        String metric = evaluation.metric();
        this.session = session;
        this.stop = stop;
        this.answers = !metric.equals(LOSS);
        this.options = EvaluationOptions.DEFAULTS
                .withMetrics(metrics(evaluation))
                .withBatchSize(evaluation.evalBatchSize())
                .withSeed(session.config.training().seed())
                .withThreads(session.dataThreads());
        boolean whole = evaluation.evalSamples() == 0 || evaluation.evalSamples() >= source.count();
        this.samples = whole ? source : Evaluation.chosen(source, options.withLimit(evaluation.evalSamples()));
        GenerationOptions generation = GenerationOptions.from(
                        session.base.config().generation())
                .numBeams(evaluation.numBeams())
                .maxNewTokens(evaluation.maxNewTokens())
                .build();
        this.predictor = new NetworkPredictor(
                session.network.network(),
                session.tokenizer,
                session.processor.config(),
                new RunOptions(generation, Profile.FLORENCE4J, evaluation.evalBatchSize()),
                session.pictures.features().orElse(null));
        this.progress = new EvaluationListener() {
            @Override
            public void progress(long done, OptionalLong total) {
                listener.validating(done, total.orElse(done));
                checkStop();
            }

            @Override
            public void rejected(RejectedSample sample) {
                rejections.rejected(sample);
            }
        };
    }

    /** The metrics by name; none where only the loss counts or the data shall decide. */
    static List<Metric> metrics(FineTuneConfig.Evaluation evaluation) {
        String metric = evaluation.metric();
        return metric.equals(LOSS) || metric.equals(AUTO) ? List.of() : List.of(Metric.named(metric));
    }

    /** The validation of a run, if it has data for it. */
    static Optional<Validation> of(
            TrainingSession session, RejectionListener rejections, TrainingListener listener, BooleanSupplier stop) {
        return Optional.ofNullable(session.validation)
                .map(source -> new Validation(session, source, rejections, listener, stop));
    }

    /**
     * Measures.
     *
     * @throws CancellationException when the run is told to stop meanwhile
     */
    ValidationPoint measure(long step, double epoch) throws IOException {
        LossSum loss = LossSum.NONE;
        long counted = 0;
        try (BatchStream batches = session.batchesInOrder(
                        samples, session.config.evaluation().evalBatchSize(), progress::rejected)
                .open(0)) {
            for (Optional<Batch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
                if (!batch.get().isEmpty()) {
                    loss = loss.plus(loss(batch.get()));
                }
                counted += batch.get().size();
                checkStop();
            }
        }
        Map<String, Estimate> metrics = new LinkedHashMap<>();
        if (answers) {
            EvaluationResult result = Evaluation.run(predictor, samples, options, progress);
            for (MetricResult metric : result.metrics()) {
                metrics.put(metric.metric().name(), metric.estimate());
            }
        }
        return new ValidationPoint(step, epoch, loss.mean(), metrics, counted);
    }

    private LossSum loss(Batch batch) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            return session.step.evaluate(TrainingBatch.of(batch, session.pictures.of(batch), session.device));
        }
    }

    private void checkStop() {
        if (stop.getAsBoolean()) {
            throw new CancellationException("the validation was stopped");
        }
    }

    /** What decides which checkpoint is best: the metric, or the loss where nothing is answered. */
    static String deciding(ValidationPoint point) {
        return point.metrics().keySet().stream().findFirst().orElse(LOSS);
    }

    /** The value that decides. */
    static double value(ValidationPoint point) {
        return point.metrics().values().stream()
                .findFirst()
                .map(Estimate::value)
                .orElse(point.loss());
    }

    /** Whether a validation is better than the best so far; the loss decides between equal values. */
    static boolean isBetter(ValidationPoint point, TrainingState.Best best) {
        String deciding = deciding(point);
        double value = value(point);
        if (!deciding.equals(best.metric()) || Double.isNaN(best.value())) {
            return true;
        }
        if (value == best.value()) {
            return point.loss() < best.loss();
        }
        boolean higher = !deciding.equals(LOSS) && Metric.named(deciding).higherIsBetter();
        return higher ? value > best.value() : value < best.value();
    }

    @Override
    public void close() {
        predictor.close();
    }
}
