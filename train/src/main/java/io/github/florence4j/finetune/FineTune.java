package io.github.florence4j.finetune;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.InvalidDataException;
import io.github.florence4j.data.SampleLoader;
import io.github.florence4j.finetune.FineTuneConfig.Training;
import io.github.florence4j.hub.DownloadListener;
import io.github.florence4j.hub.HubSettings;
import io.github.florence4j.hub.ModelLocation;
import io.github.florence4j.report.OutputFile;
import io.github.florence4j.report.RunLog;
import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.train.Gradients;
import io.github.florence4j.train.LearningRate;
import io.github.florence4j.train.LossSum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A fine-tuning run: the loop, and what happens around its steps.
 *
 * <pre>{@code
 * FineTuneConfig config = ConfigFile.read(Path.of("docvqa.yaml"), Map.of());
 * FineTune.Outcome outcome = FineTune.run(config, new TrainingListener() {});
 * }</pre>
 */
public final class FineTune implements AutoCloseable {
    private static final double GIGA = 1e9;

    private final TrainingSession session;
    private final FineTuneConfig config;
    private final TrainingListener listener;
    private final BooleanSupplier stop;
    private final CheckpointStore checkpoints;
    private final Rejections rejections;
    private final Rejections rejectedInValidation;
    private final Optional<Validation> validation;
    private final RunLog log;
    private TrainingState state;
    private RunPlan plan;
    private LearningRate rate;

    /**
     * How a run ended.
     *
     * @param end why
     * @param state where
     * @param folder the folder with the result, or with the checkpoints if there is none yet
     */
    public record Outcome(End end, TrainingState state, Path folder) {}

    /** Why a run ended. */
    public enum End {
        /** All steps are done. */
        FINISHED,
        /** Validations had not become better for as long as the patience lasts. */
        EARLY,
        /** It was told to stop; it can be resumed. */
        STOPPED
    }

    private FineTune(
            TrainingSession session,
            TrainingListener listener,
            BooleanSupplier stop,
            CheckpointStore checkpoints,
            RunPlan plan,
            TrainingState state,
            RunLog log) {
        this.session = session;
        this.config = session.config;
        this.listener = listener;
        this.stop = stop;
        this.checkpoints = checkpoints;
        this.plan = plan;
        this.state = state;
        this.log = log;
        this.rejections = new Rejections(listener);
        this.rejectedInValidation = new Rejections(listener);
        this.validation = Validation.of(session, rejectedInValidation, listener, stop);
        this.rate = rate(config.optimizer(), plan);
    }

    private static LearningRate rate(FineTuneConfig.Optimizer optimizer, RunPlan plan) {
        return new LearningRate(
                optimizer.schedule(),
                optimizer.lr(),
                Math.min(optimizer.warmupSteps(), plan.totalSteps()),
                plan.totalSteps());
    }

    /**
     * Opens the data of runs that follow one another and closes it again, so that what is wrong with the last is known before
     * the first begins.
     *
     * @throws IllegalArgumentException when a configuration names a source or metric that cannot be
     * @throws IOException when data cannot be read; the sentence names the run by its folder
     */
    public static void check(List<FineTuneConfig> runs) throws IOException {
        for (FineTuneConfig run : runs) {
            try {
                TrainingSession.checkData(run);
            } catch (IOException e) {
                throw new InvalidDataException(run.output() + ": " + e.getMessage(), e);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(run.output() + ": " + e.getMessage(), e);
            }
        }
    }

    /** Whether a run in that folder is over and its result written. */
    public static boolean isFinished(Path output) {
        return Files.isRegularFile(output.resolve(RunResult.OUTCOME));
    }

    /**
     * Trains from the beginning until all steps are done or the patience is over. The model that {@code config} names may be one of the
     * hub, which is downloaded when it is not there.
     *
     * @throws IllegalArgumentException when the configuration does not fit the model or the data, or the output folder holds a run
     * @throws TrainingFailedException when the loss is no number any more, or a checkpoint cannot be written
     * @throws IOException when something cannot be read, downloaded or written
     */
    public static Outcome run(FineTuneConfig config, TrainingListener listener) throws IOException {
        Path model = ModelLocation.resolve(config.model(), HubSettings::fromEnvironment, DownloadListener.SILENT);
        return run(config, model, false, listener, () -> false);
    }

    /**
     * Trains until all steps are done, the patience is over or it is told to stop.
     *
     * @param modelFolder the folder of the model that the configuration names
     * @param resume whether to go on from the latest checkpoint in the output folder, if there is one; otherwise there must
     *     be none
     * @param stop asked before every batch and while a validation is under way
     * @throws IllegalArgumentException when the configuration does not fit the model, the data or the checkpoint
     * @throws TrainingFailedException when the loss is no number any more, or a checkpoint cannot be written
     * @throws IOException when something cannot be read or written
     */
    public static Outcome run(
            FineTuneConfig config, Path modelFolder, boolean resume, TrainingListener listener, BooleanSupplier stop)
            throws IOException {
        Path output = Path.of(config.output());
        FineTuneConfig.require(
                !output.toAbsolutePath()
                        .normalize()
                        .equals(modelFolder.toAbsolutePath().normalize()),
                "output is " + output + ", the model that training begins with; expected another folder");
        Path folder = output.resolve("checkpoints");
        try (RunLock lock = RunLock.of(folder)) {
            CheckpointStore checkpoints = new CheckpointStore(folder);
            Optional<Path> latest = checkpoints.latest();
            if (latest.isPresent() && !resume) {
                throw new IllegalArgumentException("the folder " + output + " holds a run up to "
                        + latest.get().getFileName() + "; --resume goes on with it, another --output begins anew");
            }
            try (TrainingSession session = new TrainingSession(config, modelFolder)) {
                return run(session, checkpoints, latest.orElse(null), listener, stop);
            }
        }
    }

    private static Outcome run(
            TrainingSession session,
            CheckpointStore checkpoints,
            @Nullable Path latest,
            TrainingListener listener,
            BooleanSupplier stop)
            throws IOException {
        Path output = Path.of(session.config.output());
        List<String> sentences = new ArrayList<>(List.of(session.model.describe()));
        SavedRun saved = latest == null ? null : checkpoints.read(latest);
        if (saved != null) {
            sentences.addAll(saved.differences(session.config, session.train.count()));
        }
        TrainingState state = saved == null ? TrainingState.START : saved.state();
        RunPlan plan = RunPlan.of(
                        session.config.training(), session.train.count(), batchSize(session, saved, sentences))
                .after(state.epochEnd());
        FineTuneConfig.requireWork(session.config.machine().workers(), plan.accumulation());
        if (latest != null && saved != null) {
            checkpoints.restore(latest, session.tensors());
            Seeds.restore(saved.random());
        }
        session.describe(plan, sentences);
        Files.deleteIfExists(output.resolve(RunResult.OUTCOME));
        checkpoints.clean();
        try (RunLog log = RunLog.open(output, state.step());
                FineTune run = new FineTune(session, listener, stop, checkpoints, plan, state, log)) {
            OutputFile.write(output.resolve("finetune.yaml"), ConfigFile.write(session.config));
            if (saved != null) {
                run.rejections.restore(saved.rejected());
            }
            listener.started(plan.totalSteps(), state.step() + 1, sentences);
            End end = run.trainAndFinish();
            return new Outcome(end, run.state, output);
        }
    }

    private End trainAndFinish() throws IOException {
        try {
            End end = train();
            if (end != End.STOPPED) {
                finish(end);
            }
            return end;
        } catch (TrainingFailedException e) {
            throw e;
        } catch (IOException e) {
            throw new TrainingFailedException(
                    "the run in " + config.output() + " ended after step " + state.step() + ": " + e.getMessage() + "; "
                            + kept(),
                    e);
        }
    }

    private static int batchSize(TrainingSession session, @Nullable SavedRun saved, List<String> sentences)
            throws IOException {
        Training training = session.config.training();
        if (!training.batchSize().isAuto()) {
            return training.batchSize().examples();
        }
        if (saved != null) {
            return saved.batchSize();
        }
        int found = BatchSizeSearch.largest(session);
        sentences.add("batch-size auto: " + found + " examples fit in memory");
        return found;
    }

    /** All epochs that are left. */
    private End train() throws IOException {
        if (validation.isEmpty()) {
            state = state.withValidationDue(false);
        } else if (state.step() == 0 && config.evaluation().evalFirst()) {
            state = state.withValidationDue(true);
        }
        if (state.validationDue()) {
            End end = validate();
            if (end != End.FINISHED) {
                return end;
            }
        }
        if (isPatienceOver()) {
            return End.EARLY;
        }
        SampleLoader loader = session.trainingBatches(plan.batchSize(), rejections);
        while (!isDone()) {
            try (EpochBatches batches = new EpochBatches(loader, state.position())) {
                End end = epoch(batches);
                if (end != End.FINISHED) {
                    return end;
                }
            }
        }
        return End.FINISHED;
    }

    /** Steps until the epoch or the run is over. */
    private End epoch(EpochBatches batches) throws IOException {
        if (!batches.hasNext() && state.step() == 0) {
            throw new TrainingFailedException(
                    "no record of the training data can be used; the first was left out because " + rejections.first());
        }
        while (batches.hasNext() && !isDone()) {
            if (!step(batches)) {
                save();
                return End.STOPPED;
            }
            boolean epochEnds = !batches.hasNext();
            if (epochEnds) {
                state = state.withEpochEnd();
                planAgain();
            }
            boolean saves = config.saving().saveEvery().isDue(state.step(), epochEnds) || isDone();
            state = state.withValidationDue(validates(epochEnds));
            if (saves) {
                save(); // before the validation, which may take long
            }
            if (state.validationDue()) {
                End end = validate();
                if (end != End.FINISHED) {
                    return end;
                }
            }
        }
        if (!batches.hasNext()) {
            state = state.at(batches.position());
        }
        return End.FINISHED;
    }

    private boolean validates(boolean epochEnds) {
        Interval every = config.evaluation().evalEvery();
        return validation.isPresent()
                && (every.isDue(state.step(), epochEnds) || (isDone() && !every.equals(Interval.OFF)));
    }

    private boolean isPatienceOver() {
        int patience = config.evaluation().patience();
        return validation.isPresent() && patience > 0 && state.worse() >= patience;
    }

    /** Plans the epochs to come by the one that ended: records that could not be used will not be usable then. */
    private void planAgain() {
        RunPlan next = plan.after(state.epochEnd());
        if (next.totalSteps() != plan.totalSteps() && !isDone()) {
            listener.notice("there will be " + next.totalSteps() + " steps rather than " + plan.totalSteps()
                    + ", as the epoch that ended had fewer or more usable records than was planned");
        }
        plan = next;
        rate = rate(config.optimizer(), plan);
    }

    private boolean isDone() {
        return plan.isDone(state);
    }

    /** One optimizer step; false when the run was told to stop, and everything is then as before the step. */
    private boolean step(EpochBatches batches) throws IOException {
        long start = System.nanoTime();
        byte[] random = Seeds.state();

        // 1. The gradients of the summed loss add up over the micro-batches of this step.
        session.workers.clear();
        LossSum loss = LossSum.NONE;
        int examples = 0;
        List<String> ids = List.of();
        while (examples == 0) { // where no picture of a step's places could be read, those after them make the step
            for (int left = plan.accumulation(); left > 0 && batches.hasNext(); ) {
                if (stop.getAsBoolean()) {
                    Seeds.restore(random);
                    return false;
                }
                List<Batch> taken = batches.take(Math.min(left, session.workers.count()));
                left -= taken.size();
                List<Batch> full =
                        taken.stream().filter(batch -> !batch.isEmpty()).toList();
                if (!full.isEmpty()) {
                    examples += full.stream().mapToInt(Batch::size).sum();
                    ids = full.stream().flatMap(batch -> batch.ids().stream()).toList();
                    for (LossSum part : session.accumulate(full)) {
                        loss = loss.plus(part);
                    }
                    requireFinite(loss, ids);
                }
            }
        }
        session.workers.gather();

        // 2. They are divided by all label tokens of the step, and limited.
        Gradients.Scale scale =
                session.gradients.scale(loss.tokens(), config.optimizer().gradientLimit());
        requireFinite(scale.norm(), ids);

        // 3. The weights move, and their average after them.
        double learningRate = rate.at(state.step());
        session.optimizer.step(learningRate, scale.factor());
        if (session.average != null) {
            session.average.update();
        }

        // 4. The run is a step further.
        double seconds = (System.nanoTime() - start) / 1e9;
        state = state.after(batches.position(), examples, loss.tokens(), seconds);
        TrainingPoint point = new TrainingPoint(
                state.step(),
                plan.epochs(state.position()),
                loss.mean(),
                learningRate,
                scale.norm(),
                examples / seconds,
                loss.tokens() / seconds,
                state.seconds(),
                NativeMemory.resident().orElse(0) / GIGA);
        log.add(point);
        listener.step(point, plan.totalSteps());
        return true;
    }

    private void requireFinite(LossSum loss, List<String> ids) throws IOException {
        if (!Double.isFinite(loss.sum())) {
            throw diverged("the loss is " + loss.sum(), ids);
        }
    }

    private void requireFinite(double norm, List<String> ids) throws IOException {
        if (!Double.isFinite(norm)) {
            throw diverged("the gradient's norm is " + norm, ids);
        }
    }

    private TrainingFailedException diverged(String what, List<String> ids) throws IOException {
        return new TrainingFailedException(what + " in step " + (state.step() + 1) + ", with the examples "
                + String.join(", ", ids) + "; the weights were left as they were and " + kept()
                + " (a lower lr, a longer warm-up or fp32 may help, or look at these examples)");
    }

    /** What a run that failed can go on from. */
    private String kept() throws IOException {
        return checkpoints
                .latest()
                .map(folder -> "the checkpoint " + folder + " is intact: --resume goes on from it")
                .orElse("there is no checkpoint yet");
    }

    /** Measures where the run is; {@link End#FINISHED} means that it goes on. */
    private End validate() throws IOException {
        ValidationPoint point;
        try {
            point = measure();
        } catch (CancellationException e) {
            state = state.withValidationDue(true);
            save();
            return End.STOPPED;
        }
        log.add(point);
        listener.validated(point);
        TrainingState.Best best = state.best();
        if (state.step() == 0) {
            state = state.withValidationDue(false); // how good the model was to begin with, for comparison only
            return End.FINISHED;
        }
        boolean better = best == null || Validation.isBetter(point, best);
        state = better
                ? state.withBest(Validation.deciding(point), Validation.value(point), point.loss())
                : state.withWorse();
        if (better || isPatienceOver() || Files.exists(checkpoints.folder(state.step()))) {
            save();
        }
        return isPatienceOver() ? End.EARLY : End.FINISHED;
    }

    private ValidationPoint measure() throws IOException {
        byte[] random = Seeds.state();
        if (session.average != null) {
            session.average.swap();
        }
        try {
            return validation.orElseThrow().measure(state.step(), plan.epochs(state.position()));
        } finally {
            if (session.average != null) {
                session.average.swap();
            }
            Seeds.restore(random); // whether and when is validated does not change the steps
        }
    }

    private void save() throws IOException {
        SavedRun run = new SavedRun(
                SavedRun.FORMAT,
                state,
                Seeds.state(),
                plan.batchSize(),
                plan.samples(),
                rejections.reasons(),
                ConfigFile.tree(config));
        checkpoints.save(session.tensors(), run);
        TrainingState.Best best = state.best();
        checkpoints.prune(config.saving().keep(), best == null ? null : best.step());
    }

    @Override
    public void close() {
        validation.ifPresent(Validation::close);
    }

    /** Writes what the run was for. */
    private void finish(End end) throws IOException {
        RunResult result = new RunResult(session, checkpoints);
        result.write(state);
        result.describe(
                state,
                log.history(),
                new RunCard(
                        session,
                        plan,
                        rejections,
                        rejectedInValidation.reasons().size()));
        result.close(end, state);
    }
}
