package io.github.florence4j;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.hub.DownloadListener;
import io.github.florence4j.hub.HubSettings;
import io.github.florence4j.hub.ModelLocation;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.packed.LoadedNetwork;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.weights.LoadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Device;

/**
 * A Florence-2 checkpoint, ready to answer.
 *
 * <pre>{@code
 * try (Florence2 model = Florence2.load("microsoft/Florence-2-base-ft")) {
 *     RgbImage image = RgbImage.read(Path.of("car.jpg"));
 *     Detections objects = model.run(Task.OBJECT_DETECTION, image);
 *     String caption = model.run(Task.CAPTION, image);
 * }
 * }</pre>
 *
 * <p>Safe for any number of calling threads, virtual ones included: the weights are shared and never change, the state of
 * a request is its own, and all native work runs on the model's own platform threads ({@link LoadOptions#lanes()} of
 * them). Interrupting a caller ends its request.
 */
public final class Florence2 implements AutoCloseable {
    static {
        NativeSettings.apply();
    }

    private final LoadedNetwork loaded;
    private final Florence2Tokenizer tokenizer;
    private final ImageProcessor processor;
    private final Answering answering;
    private final ExecutorService engine;
    private final RunOptions defaults;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet(); // threads within answerAll

    private Florence2(
            LoadedNetwork loaded, Florence2Tokenizer tokenizer, ImageProcessor processor, int threads, int lanes) {
        this.loaded = loaded;
        this.tokenizer = tokenizer;
        this.processor = processor;
        this.answering = new Answering(loaded.network(), tokenizer, processor.config());
        this.engine = Executors.newFixedThreadPool(lanes, task -> {
            Thread thread = new EngineThread(task, this, threads);
            thread.setDaemon(true);
            return thread;
        });
        this.defaults = new RunOptions(
                GenerationOptions.from(loaded.config().generation()).build(), Profile.FLORENCE4J);
    }

    /** A thread that computes for one model. */
    private static final class EngineThread extends Thread {
        private final Florence2 model;
        private final int threads;

        EngineThread(Runnable task, Florence2 model, int threads) {
            super(task, "florence4j-engine");
            this.model = model;
            this.threads = threads;
        }

        @Override
        public void run() {
            Threads.setHere(threads); // whatever another model took
            super.run();
        }
    }

    /** A listener that calls its model, or closes it, would wait for itself; so would who feeds a run or takes its results. */
    private void requireOtherThread() {
        if (Thread.currentThread() instanceof EngineThread thread && thread.model == this) {
            throw new IllegalStateException(
                    "a listener called the model that it listens to; do that on another thread");
        }
        if (running.contains(Thread.currentThread())) {
            throw new IllegalStateException(
                    "the model was called by the source or the taker of results of its own answerAll;"
                            + " do that when answerAll has returned, or on another thread");
        }
    }

    /**
     * Loads a checkpoint folder, in either layout.
     *
     * @throws IOException when a file cannot be read
     * @throws IllegalArgumentException when the folder holds no usable Florence-2; the message says why
     */
    public static Florence2 load(Path directory) throws IOException {
        return load(directory, LoadOptions.DEFAULTS);
    }

    /**
     * Loads a checkpoint folder, or a model of the hub by its id {@code owner/name} or {@code owner/name@revision}, which
     * is downloaded to the shared Hugging Face cache when it is not there.
     *
     * @throws IOException when a file cannot be read or downloaded
     * @throws IllegalArgumentException when the folder holds no usable Florence-2; the message says why
     */
    public static Florence2 load(String directoryOrHubId) throws IOException {
        return load(ModelLocation.resolve(directoryOrHubId, HubSettings::fromEnvironment, DownloadListener.SILENT));
    }

    /** As {@link #load(String)}, with options such as the precision. */
    public static Florence2 load(String directoryOrHubId, LoadOptions options) throws IOException {
        return load(directoryOrHubId, options, DownloadListener.SILENT);
    }

    /** As {@link #load(String)}, with options and a listener that hears of downloads. */
    public static Florence2 load(String directoryOrHubId, LoadOptions options, DownloadListener listener)
            throws IOException {
        return load(ModelLocation.resolve(directoryOrHubId, HubSettings::fromEnvironment, listener), options);
    }

    /** Loads a checkpoint folder with those options. What was opened before a failure is closed again. */
    public static Florence2 load(Path directory, LoadOptions options) throws IOException {
        Florence2Config.read(directory); // whether this is a Florence-2 at all, before anything native
        ImageProcessor processor = new ImageProcessor(ImageProcessorConfig.ofCheckpoint(directory));
        TokenizerReading reading = TokenizerReading.start(directory);
        try {
            return opened(directory, options, processor, reading);
        } catch (IOException | RuntimeException | Error e) { // a native library that does not load is an Error
            reading.discard();
            throw e;
        }
    }

    private static Florence2 opened(
            Path directory, LoadOptions options, ImageProcessor processor, TokenizerReading reading)
            throws IOException {
        int before = Threads.count();
        int threads = options.threads() > 0 ? options.threads() : before;
        LoadedNetwork loaded;
        try (Device device = Scopes.own(() -> Devices.parse(options.device()))) {
            Threads.setHere(threads);
            loaded = LoadedNetwork.load(directory, options.precision(), device);
        } finally {
            Threads.setHere(before);
        }
        try {
            return new Florence2(loaded, reading.take(), processor, threads, options.lanes());
        } catch (IOException | RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    /** The checkpoint's configuration. */
    public Florence2Config config() {
        return loaded.config();
    }

    /** The precision that it computes in: never {@link Precision#AUTO}. */
    public Precision precision() {
        return loaded.precision();
    }

    /** What was noticed while loading the weights. */
    public LoadReport report() {
        return loaded.report();
    }

    /** The tokenizer. */
    public Florence2Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * The checkpoint's own beams, n-gram block, length penalty and forced tokens, 1,024 new tokens, and the {@code
     * florence4j} profile.
     */
    public RunOptions defaults() {
        return defaults;
    }

    /** The answer to a task that needs nothing but the image. */
    public <R> R run(Task<R> task, RgbImage image) {
        return run(task, image, TaskInput.none());
    }

    /** The answer to a task that needs words: a phrase to find, a question. */
    public <R> R run(Task<R> task, RgbImage image, String text) {
        return run(task, image, TaskInput.text(text));
    }

    /**
     * The answer to a task with any input. For several regions or phrases the items of all answers are in one result; the
     * texts of several answers are lines of one string.
     */
    public <R> R run(Task<R> task, RgbImage image, TaskInput input) {
        return run(task, image, input, defaults);
    }

    /** As {@link #run(Task, RgbImage, TaskInput)}, with other options than the defaults. */
    public <R> R run(Task<R> task, RgbImage image, TaskInput input, RunOptions options) {
        return Answers.merge(task, answers(new Request<>(task, image, input), options));
    }

    /**
     * The results of many requests for one task, computed as one batch: each is what its request alone would
     * give, but for what {@link Precision} says of batches.
     */
    public <R> List<R> run(List<Request<R>> requests, RunOptions options) {
        List<R> results = new ArrayList<>();
        List<List<Answer<?>>> answers = answers(List.copyOf(requests), options, TextListener.NONE);
        for (int i = 0; i < requests.size(); i++) {
            Task<R> task = requests.get(i).task();
            results.add(Answers.merge(task, Answers.typed(task, answers.get(i))));
        }
        return results;
    }

    /**
     * The answers of one task on many images, computed as one batch: each is what the image alone would give, but for
     * what {@link Precision} says of batches.
     */
    public <R> List<R> run(Task<R> task, List<RgbImage> images) {
        return run(images.stream().map(image -> Request.of(task, image)).toList(), defaults);
    }

    /** The full answer to a request with one prompt: text, ids, scores. */
    public <R> Answer<R> answer(Request<R> request) {
        return answer(request, defaults);
    }

    /** The full answer to a request with one prompt, with other options than the defaults. */
    public <R> Answer<R> answer(Request<R> request, RunOptions options) {
        List<Answer<R>> answers = answers(request, options);
        if (answers.size() != 1) {
            throw new IllegalArgumentException(
                    "the request has " + answers.size() + " prompts; answer() takes one, answers() any number");
        }
        return answers.get(0);
    }

    /** The full answers to all prompts of a request: one for each region or phrase. */
    public <R> List<Answer<R>> answers(Request<R> request, RunOptions options) {
        return Answers.typed(
                request.task(),
                answers(List.of(request), options, TextListener.NONE).get(0));
    }

    /**
     * The full answers to a batch of any tasks on any images. An image that several requests share (the same object) is
     * looked at once.
     *
     * @param listener hears the answers while they are being written; prompts are counted through the batch
     * @return for each request its answers, one for each of its prompts
     * @throws IllegalArgumentException when an input does not fit its task
     * @throws InferenceException when memory or the native library fails, or {@code listener} throws, by calling its own model for
     *     example; the cause says which
     * @throws CancellationException when the calling thread is interrupted
     * @throws IllegalStateException when the model is closed
     */
    public List<List<Answer<?>>> answers(List<Request<?>> requests, RunOptions options, TextListener listener) {
        requireOtherThread();
        if (requests.isEmpty()) {
            return List.of();
        }
        TokenListener tokens = listener == TextListener.NONE ? TokenListener.NONE : new TextStream(tokenizer, listener);
        List<RunItem> done = new ArrayList<>();
        double generate = new AnswerRun(answering, processor, options, true)
                .run(engine, List.of(requests).iterator(), tokens, done::add);
        long parsing = System.nanoTime();
        RunItem item = done.get(0);
        List<List<Answer<?>>> answers = new ArrayList<>();
        for (Outcome outcome : item.outcomes()) {
            outcome.failure().ifPresent(failure -> {
                throw failure;
            });
            answers.add(outcome.answers());
        }
        double parse = (System.nanoTime() - parsing) / 1e6;
        Timings timings = new Timings(item.preprocessMillis(), item.visionMillis(), generate, parse);
        return answers.stream()
                .map(list -> list.stream()
                        .<Answer<?>>map(a -> Answers.timed(a, timings))
                        .toList())
                .toList();
    }

    /**
     * Answers any number of requests as they come. Images are prepared ahead while others are computed, {@link
     * RunOptions#atOnce()} prompts are decoded together, and one that is finished makes room for the next. Each answer is
     * what its request alone would give, but for what {@link Precision} says of batches. A
     * request that fails spoils no other. When {@code source} throws, what it gave before is answered and handed on first.
     *
     * @param source gives requests, some at a time: those on one image belong together, as it is looked at once for all of
     *     them. It is asked by the calling thread, ahead of the results: while it waits, finished results wait too, and one of
     *     the model's {@link LoadOptions#lanes()} is taken
     * @param results takes what became of each of those lists, in their order, on the calling thread
     * @throws CancellationException when the calling thread is interrupted
     * @throws IllegalStateException when the model is closed, or called by {@code source} or {@code results}
     */
    public void answerAll(
            Iterator<? extends List<? extends Request<?>>> source,
            RunOptions options,
            Consumer<? super List<Outcome>> results) {
        requireOtherThread();
        running.add(Thread.currentThread());
        try {
            new AnswerRun(answering, processor, options, false)
                    .run(engine, source, TokenListener.NONE, item -> results.accept(item.outcomes()));
        } finally {
            running.remove(Thread.currentThread());
        }
    }

    /** A caption, then the boxes of its phrases: two tasks in one call. */
    public GroundedCaption groundedCaption(Task<String> captionTask, RgbImage image) {
        return groundedCaption(captionTask, image, defaults);
    }

    /**
     * A caption, then the boxes of its phrases, with other options than the defaults. The caption is no longer than the
     * prompt of the second task may be.
     */
    public GroundedCaption groundedCaption(Task<String> captionTask, RgbImage image, RunOptions options) {
        int room = answering.promptRoom() - tokenizer.encode(Task.PHRASE_GROUNDING.template()).length;
        GenerationOptions generation = options.generation();
        GenerationOptions fitting = generation.maxNewTokens() <= room
                ? generation
                : generation.toBuilder()
                        .minNewTokens(Math.min(generation.minNewTokens(), room))
                        .maxNewTokens(room)
                        .build();
        Answer<String> caption = answer(Request.of(captionTask, image), options.withGeneration(fitting));
        return new GroundedCaption(
                caption, answer(Request.of(Task.PHRASE_GROUNDING, image, caption.result()), options));
    }

    /** Waits for running requests, then frees the weights. */
    @Override
    public void close() {
        requireOtherThread();
        engine.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (engine.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true; // weights in use must not be freed: finish first
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        answering.close();
        loaded.close();
        tokenizer.close();
    }
}
