package io.github.florence4j.pretrain;

import io.github.florence4j.data.SourceSpec;
import io.github.florence4j.data.SynthPages;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.pretrain.GlyphPages.GlyphBatch;
import io.github.florence4j.report.RunLog;
import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.train.AdamW;
import io.github.florence4j.train.Gradients;
import io.github.florence4j.train.LearningRate;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.train.Workers;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * Teaches the vision tower letters before the language model can say any: for every visual token, which characters lie under
 * it. The signal is dense and direct, where the sequence loss of an untrained language model gives next to none.
 */
final class GlyphWarmUp implements AutoCloseable {
    static {
        NativeSettings.apply();
    }

    private static final int SLOT_WIDTH = 5; // the narrowest pairs of letters share a slot, most letters do not
    private static final int TEST_BATCHES = 4;
    private static final double MOST_NORM = 1;
    private static final AdamW.Options ADAM = new AdamW.Options(0.9, 0.99, 1e-8, 0.01, false);
    private static final double GIGA = 1e9;

    private final WarmUp settings;
    private final TrainingListener listener;
    private final Device device = Scopes.own(Devices::cpu);
    private final Checkpoint base;
    private final TrainingWeights weights;
    private final GlyphStep first;
    private final Workers<GlyphStep> workers;
    private final List<Runnable> ends = new ArrayList<>(); // of what the other workers have
    private final GlyphMap map;
    private final GlyphReader reader;
    private final ImageProcessor processor;
    private final SynthPages pages;
    private final SynthPages testPages;
    private final Tensor classWeights;
    private final Gradients gradients;
    private final AdamW optimizer;

    private GlyphWarmUp(WarmUp settings, Path model, TrainingListener listener) throws IOException {
        this.settings = settings;
        this.listener = listener;
        SourceSpec spec = SourceSpec.parse(settings.pages());
        Map<String, String> test = new LinkedHashMap<>(spec.options());
        test.put("split", "test");
        this.pages = SynthPages.of(spec);
        this.testPages = SynthPages.of(new SourceSpec(spec.kind(), spec.path(), test));
        this.processor = new ImageProcessor(ImageProcessorConfig.read(model.resolve("preprocessor_config.json"))
                .withSize(pages.height(), pages.width()));
        this.base = Checkpoint.load(model, DType.FLOAT32);
        EnumSet<Part> frozen = EnumSet.complementOf(EnumSet.of(Part.VISION_TOWER));
        this.weights = TrainingWeights.of(base.weights(), frozen);
        int side = base.config().vision().patchStride().stream().reduce(1, (a, b) -> a * b);
        this.map = new GlyphMap(side, Math.max(1, side / SLOT_WIDTH), 1);
        this.reader = new GlyphReader(map, base.config().vision().outputDim(), device, 1);
        this.classWeights = GlyphReader.classWeights(settings.nothing(), device);
        Map<String, Tensor> parameters = new LinkedHashMap<>(weights.parameters());
        parameters.putAll(reader.parameters());
        this.gradients = new Gradients(parameters);
        this.first = step(weights, reader);
        this.workers = new Workers<>(first, gradients);
        if (settings.workers() > 1) {
            int threads = Threads.count();
            ends.add(() -> Threads.setHere(threads));
            Threads.setHere(Math.max(1, Runtime.getRuntime().availableProcessors() / settings.workers()));
        }
        while (workers.count() < settings.workers()) {
            addWorker();
        }
        this.optimizer = new AdamW(
                parameters,
                new AdamW.Options(ADAM.beta1(), ADAM.beta2(), ADAM.epsilon(), settings.weightDecay(), false));
    }

    private void addWorker() {
        TrainingWeights leaves = weights.replica();
        GlyphReader head = reader.replica();
        ends.add(leaves::close);
        ends.add(head::close);
        Map<String, Tensor> parameters = new LinkedHashMap<>(leaves.parameters());
        parameters.putAll(head.parameters());
        workers.add(step(leaves, head), new Gradients(parameters));
    }

    private GlyphStep step(TrainingWeights leaves, GlyphReader head) {
        return new GlyphStep(
                new Florence2Network(base.config(), leaves),
                head,
                settings.precision().dtype(),
                classWeights,
                pages.width(),
                pages.height());
    }

    /**
     * Trains until all steps are done, which is true, or it is told to stop. It goes on from the latest checkpoint in the
     * output folder, if there is one.
     *
     * @param model the folder of the model to begin with
     * @param output the folder for the result
     */
    static boolean run(WarmUp settings, Path model, Path output, TrainingListener listener, BooleanSupplier stop)
            throws IOException {
        WarmUpFolder folder = new WarmUpFolder(output);
        try (GlyphWarmUp run = new GlyphWarmUp(settings, model, listener)) {
            Map<String, Tensor> kept = new LinkedHashMap<>(run.weights.parameters());
            kept.putAll(run.reader.parameters());
            WarmUpFolder.Progress done = folder.restore(kept, run.optimizer);
            try (RunLog log = RunLog.open(output, done.step())) {
                WarmUpFolder.Progress end = run.train(done, log, stop, at -> folder.save(kept, run.optimizer, at));
                folder.save(kept, run.optimizer, end);
                if (end.step() < settings.steps()) {
                    return false;
                }
                folder.finish(run.weights.current(), run.base.config(), model);
                return true;
            }
        }
    }

    private interface Save {
        void at(WarmUpFolder.Progress progress) throws IOException;
    }

    private WarmUpFolder.Progress train(WarmUpFolder.Progress from, RunLog log, BooleanSupplier stop, Save save)
            throws IOException {
        listener.started(settings.steps(), from.step() + 1, List.of(weights.describe(), blind()));
        LearningRate rate =
                new LearningRate(LearningRate.Schedule.COSINE, settings.lr(), settings.warmupSteps(), settings.steps());
        WarmUpFolder.Progress at = from;
        try (GlyphPages batches = new GlyphPages(
                pages, processor, map, settings.batchSize() / settings.workers(), at.step() * settings.batchSize())) {
            while (at.step() < settings.steps() && !stop.getAsBoolean()) {
                long start = System.nanoTime();
                workers.clear();
                double loss = accumulate(batches);
                workers.gather();
                double norm = gradients.normalize(settings.workers(), MOST_NORM);
                if (!Double.isFinite(norm)) {
                    throw new IllegalStateException("step " + (at.step() + 1) + " has a loss of " + loss
                            + "; expected a number (a lower lr may help)");
                }
                double lr = rate.at(at.step());
                optimizer.step(lr);
                at = at.after((System.nanoTime() - start) / GIGA);
                report(at, loss, lr, norm, (System.nanoTime() - start) / GIGA, log);
                if (at.step() % settings.evalEvery() == 0) {
                    ValidationPoint point = measure(at.step());
                    log.add(point);
                    listener.validated(point);
                }
                if (at.step() % settings.saveEvery() == 0) {
                    save.at(at);
                }
            }
        }
        return at;
    }

    private void report(WarmUpFolder.Progress at, double loss, double lr, double norm, double seconds, RunLog log)
            throws IOException {
        TrainingPoint point = new TrainingPoint(
                at.step(),
                (double) at.step() * settings.batchSize() / pages.count(),
                loss,
                lr,
                norm,
                settings.batchSize() / seconds,
                Double.NaN,
                at.seconds(),
                NativeMemory.resident().orElse(0) / GIGA);
        log.add(point);
        listener.step(point, settings.steps());
    }

    /** The mean loss of a batch, a part of which each worker takes. */
    private double accumulate(GlyphPages batches) throws IOException {
        List<Workers.Share<GlyphStep, Double>> shares = new ArrayList<>();
        for (int i = 0; i < settings.workers(); i++) {
            GlyphBatch batch = batches.take();
            shares.add(step -> step.accumulate(batch));
        }
        return workers.run(shares).stream().mapToDouble(Double::doubleValue).sum() / settings.workers();
    }

    /** The share of characters that are told right, and not as nothing, on pages that were never trained on. */
    private ValidationPoint measure(long step) {
        GlyphStep.Score score = new GlyphStep.Score(0, 0, 0);
        try (GlyphPages batches = new GlyphPages(testPages, processor, map, settings.batchSize(), 0)) {
            for (int i = 0; i < TEST_BATCHES; i++) {
                score = score.plus(first.score(batches.take()));
            }
        }
        double share = score.right() / score.all();
        Estimate estimate = new Estimate("characters", share, share, share, (int) score.all(), new Bootstrap(0));
        long samples = (long) TEST_BATCHES * settings.batchSize();
        return new ValidationPoint(
                step,
                (double) step * settings.batchSize() / pages.count(),
                score.loss() / TEST_BATCHES,
                Map.of("characters", estimate),
                samples);
    }

    /** What the loss is for someone who knows how often each character stands anywhere, and sees nothing. */
    private String blind() {
        double[] weight = new double[GlyphMap.CLASSES];
        for (long index = 0; index < Math.min(500, pages.count()); index++) {
            for (long glyph : map.classes(pages.page(index))) {
                weight[(int) glyph] += glyph == GlyphMap.NOTHING ? settings.nothing() : 1;
            }
        }
        double total = 0;
        for (double w : weight) {
            total += w;
        }
        double entropy = 0;
        for (double w : weight) {
            entropy -= w == 0 ? 0 : w / total * Math.log(w / total);
        }
        return String.format(Locale.ROOT, "a blind guesser has a loss of %.3f", entropy);
    }

    @Override
    public void close() {
        workers.close();
        ends.forEach(Runnable::run);
        optimizer.close();
        classWeights.close();
        reader.close();
        weights.close();
        base.close();
        device.close();
    }
}
