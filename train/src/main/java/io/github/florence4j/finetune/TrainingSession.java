package io.github.florence4j.finetune;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.data.Batch;
import io.github.florence4j.data.EncodingOptions;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.LoaderOptions;
import io.github.florence4j.data.RejectionListener;
import io.github.florence4j.data.SampleEncoder;
import io.github.florence4j.data.SampleLoader;
import io.github.florence4j.data.SampleSource;
import io.github.florence4j.data.Sources;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.train.AdamW;
import io.github.florence4j.train.Gradients;
import io.github.florence4j.train.LossSum;
import io.github.florence4j.train.TrainingBatch;
import io.github.florence4j.train.TrainingNetwork;
import io.github.florence4j.train.TrainingStep;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.train.Workers;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that a run has open: model, data, optimizer. Closing frees it in the opposite order. */
final class TrainingSession implements AutoCloseable {
    static {
        NativeSettings.apply();
    }

    private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);

    /** What is closed in the end, the last first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    final FineTuneConfig config;
    final Path modelFolder;
    final Device device;
    final Checkpoint base;
    final Florence2Tokenizer tokenizer;
    final ImageProcessor processor;
    final TrainedModel model;
    final TrainingNetwork network;
    final TrainingStep step;
    final Gradients gradients;
    final Workers<TrainingStep> workers;
    final AdamW optimizer;
    final @Nullable WeightAverage average;
    final Pictures pictures;
    final IndexedSource train;
    final @Nullable IndexedSource validation;

    /**
     * Opens what the configuration names.
     *
     * @param modelFolder the folder of the model that the configuration names, downloaded if need be
     */
    TrainingSession(FineTuneConfig config, Path modelFolder) throws IOException {
        this.config = config;
        this.modelFolder = modelFolder;
        try {
            Florence2Config.read(modelFolder); // whether this is a Florence-2 at all, before anything native
            this.processor = new ImageProcessor(
                    processorConfig(modelFolder, config.data().imageSize()));
            this.train = opened(Sources.open("data.train", config.data().train()));
            this.validation = config.data().hasValidation()
                    ? opened(Sources.open("data.validation", config.data().validation()))
                    : null;
            int threads = Threads.count();
            opened(() -> Threads.setHere(threads));
            if (config.machine().threads() > 0) {
                Threads.setHere(config.machine().threads());
            } else if (config.machine().workers() > 1) {
                Threads.setHere(Math.max(
                        1,
                        Runtime.getRuntime().availableProcessors()
                                / config.machine().workers()));
            }
            Seeds.set(config.training().seed());
            this.device = opened(Scopes.own(() -> Devices.parse(config.machine().device())));
            this.tokenizer = opened(Florence2Tokenizer.load(modelFolder));
            this.base = opened(Checkpoint.load(modelFolder, DType.FLOAT32, device));
            this.model = opened(
                    config.lora().isOn()
                            ? new TrainedAdapters(base, config.model(), config.lora())
                            : new TrainedParts(base, modelFolder, frozen(config.training())));
            requireFrozen(config.training().freeze(), model.active());
            this.network = new TrainingNetwork(base.config(), model.source(), model.active());
            this.step = step(network);
            this.gradients = new Gradients(model.parameters());
            this.workers = opened(workers());
            this.optimizer = opened(new AdamW(model.parameters(), options(config.optimizer())));
            double decay = config.training().ema();
            this.average = decay == 0 ? null : opened(new WeightAverage(model.parameters(), decay));
            this.pictures = opened(Pictures.open(config.training(), network, base.weights(), processor));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Opens the data of a configuration and closes it again. */
    static void checkData(FineTuneConfig config) throws IOException {
        try (IndexedSource train = Sources.open("data.train", config.data().train())) {
            FineTuneConfig.require(
                    train.count() > 0, "the training data " + train.name() + " has no records; expected one or more");
        }
        if (config.data().hasValidation()) {
            Validation.metrics(config.evaluation());
            Sources.open("data.validation", config.data().validation()).close();
        }
    }

    private <C extends AutoCloseable> C opened(C resource) {
        open.push(resource);
        return resource;
    }

    /** The workers; all but the first have leaves of their own. */
    private Workers<TrainingStep> workers() {
        Workers<TrainingStep> all = new Workers<>(step, gradients);
        while (all.count() < config.machine().workers() && model instanceof TrainedParts parts) {
            TrainingWeights replica = opened(parts.weights().replica());
            all.add(
                    step(new TrainingNetwork(base.config(), replica, replica.trained())),
                    new Gradients(replica.parameters()));
        }
        return all;
    }

    /** Runs batches forward and backward side by side, at most as many as there are workers. */
    List<LossSum> accumulate(List<Batch> batches) throws IOException {
        List<Workers.Share<TrainingStep, LossSum>> shares = new ArrayList<>();
        for (Batch batch : batches) {
            shares.add(worker -> {
                try (PointerScope scope = new PointerScope()) {
                    return worker.accumulate(TrainingBatch.of(batch, pictures.of(batch), device));
                }
            });
        }
        return workers.run(shares);
    }

    private TrainingStep step(TrainingNetwork ofLeaves) {
        return new TrainingStep(
                ofLeaves,
                config.training().precision().dtype(),
                TrainingStep.chunkRows(base.config().text().vocabSize()),
                config.training().gradientCheckpointing().parts(),
                MicroBatch.examples(
                        config.training().microBatch(), base.config(), processor.config(), model.active(), device));
    }

    private static EnumSet<Part> frozen(FineTuneConfig.Training training) {
        EnumSet<Part> parts = EnumSet.noneOf(Part.class);
        parts.addAll(training.freeze());
        return parts;
    }

    private static void requireFrozen(List<Part> freeze, Set<Part> active) {
        for (Part part : freeze) {
            FineTuneConfig.require(
                    !active.contains(part),
                    "freeze names " + part.name().toLowerCase(Locale.ROOT)
                            + ", but adapters or lora-full reach it; expected one or the other");
        }
    }

    private static AdamW.Options options(FineTuneConfig.Optimizer optimizer) {
        return new AdamW.Options(
                optimizer.beta1(),
                optimizer.beta2(),
                optimizer.epsilon(),
                optimizer.weightDecay(),
                !optimizer.noDecayGroups());
    }

    private static ImageProcessorConfig processorConfig(Path folder, int imageSize) throws IOException {
        ImageProcessorConfig config = ImageProcessorConfig.ofCheckpoint(folder);
        return imageSize == 0 ? config : config.withSize(imageSize, imageSize);
    }

    /** The tensors that a checkpoint keeps. */
    CheckpointStore.Tensors tensors() {
        return new CheckpointStore.Tensors(model, optimizer, average);
    }

    /** Reads the training data in batches. */
    SampleLoader trainingBatches(int batchSize, RejectionListener listener) {
        FineTuneConfig.Data data = config.data();
        LoaderOptions options = (data.shuffle()
                        ? LoaderOptions.shuffled(batchSize, config.training().seed())
                        : LoaderOptions.inOrder(batchSize)
                                .withSeed(config.training().seed()))
                .withBucketWindow(data.bucketWindow());
        return loader(train, options, listener);
    }

    /** Reads data in the order of its source, for measuring the loss. */
    SampleLoader batchesInOrder(SampleSource source, int batchSize, RejectionListener listener) {
        return loader(
                source,
                LoaderOptions.inOrder(batchSize).withSeed(config.training().seed()),
                listener);
    }

    /** Reads the training data without its pictures. */
    SampleLoader lengthsOnly() {
        return new SampleLoader(
                train,
                new SampleEncoder(tokenizer, encoding()),
                processor,
                LoaderOptions.inOrder(1).withPixelsWanted(hash -> false),
                rejected -> {});
    }

    /** Tells what people should know beforehand. */
    void describe(RunPlan plan, List<String> sentences) {
        sentences.add(String.format(
                Locale.ROOT,
                "%,d samples, %s; %,d steps of %d x %d examples",
                plan.samples(),
                config.data().shuffle()
                        ? "shuffled with seed " + config.training().seed()
                        : "in the order of the data",
                plan.totalSteps(),
                plan.accumulation(),
                plan.batchSize()));
        pictures.describe(plan.samples()).ifPresent(sentences::add);
    }

    private SampleLoader loader(SampleSource source, LoaderOptions options, RejectionListener listener) {
        long pixelBytes = 3L * processor.config().height() * processor.config().width() * Float.BYTES;
        long ahead = Math.max(options.batchSize(), Math.min(options.prefetch(), heapForPixels() / pixelBytes));
        LoaderOptions threaded = options.withThreads(dataThreads(), (int) ahead);
        return new SampleLoader(
                source,
                new SampleEncoder(tokenizer, encoding()),
                processor,
                threaded.withPixelsWanted(pictures::wantsPixels),
                listener);
    }

    /** Threads that decode images. */
    int dataThreads() {
        int threads = config.machine().dataThreads();
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** The bytes of Java's heap that examples read ahead may take. */
    private static long heapForPixels() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    private EncodingOptions encoding() {
        FineTuneConfig.Data data = config.data();
        EncodingOptions room = EncodingOptions.of(
                base.config(), processor.config().height(), processor.config().width());
        EncodingOptions options =
                room.withTooLong(data.longPrompts(), data.longAnswers()).withAnswers(data.answers());
        if (data.maxPromptTokens() > 0) {
            options = options.withMaxPromptTokens(
                    within("max-prompt-tokens", data.maxPromptTokens(), room.maxPromptTokens()));
        }
        if (data.maxAnswerTokens() > 0) {
            options = options.withMaxAnswerTokens(
                    within("max-answer-tokens", data.maxAnswerTokens(), room.maxAnswerTokens()));
        }
        return options;
    }

    private static int within(String key, int wanted, int room) {
        FineTuneConfig.require(wanted <= room, key + " is " + wanted + "; the model has room for " + room + " at most");
        return wanted;
    }

    /** Frees everything; what cannot be freed does not keep the rest from it. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                LOG.warn("something could not be closed", e);
            }
        }
    }
}
