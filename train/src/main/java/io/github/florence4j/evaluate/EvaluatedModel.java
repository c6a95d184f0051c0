package io.github.florence4j.evaluate;

import io.github.florence4j.RunOptions;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.packed.LoadedNetwork;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.Profile;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.train.LoraAdapters;
import io.github.florence4j.train.LoraFiles;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.LoadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;

/** A checkpoint, with adapters beside it or without, loaded for evaluation. */
public final class EvaluatedModel implements AutoCloseable {
    static {
        NativeSettings.apply();
    }

    /** Numbers that stand for a token, in a network whose operations are too short for several threads. */
    private static final int SMALL = 256;

    private final Florence2Tokenizer tokenizer;
    private final ImageProcessorConfig images;
    private final LoadedNetwork network;
    private final boolean packed;
    private final Deque<AutoCloseable> resources;

    private EvaluatedModel(
            Florence2Tokenizer tokenizer,
            ImageProcessorConfig images,
            LoadedNetwork network,
            boolean packed,
            Deque<AutoCloseable> resources) {
        this.tokenizer = tokenizer;
        this.images = images;
        this.network = network;
        this.packed = packed;
        this.resources = resources;
    }

    /**
     * Loads a checkpoint folder.
     *
     * @param adapter folder of LoRA adapters that are used with it, in single precision; null for none
     * @param precision of the matrix products
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws IOException when a file cannot be read
     * @throws IllegalArgumentException when a folder does not hold what it should
     */
    public static EvaluatedModel load(Path directory, @Nullable Path adapter, Precision precision, String device)
            throws IOException {
        Florence2Config.read(directory); // whether this is a Florence-2 at all, before anything native
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        try {
            ImageProcessorConfig images = ImageProcessorConfig.ofCheckpoint(directory);
            Florence2Tokenizer tokenizer = kept(resources, Florence2Tokenizer.load(directory));
            LoadedNetwork network = kept(resources, network(directory, adapter, precision, device));
            return new EvaluatedModel(tokenizer, images, network, adapter == null, resources);
        } catch (IOException | RuntimeException e) {
            close(resources);
            throw e;
        }
    }

    private static LoadedNetwork network(Path directory, @Nullable Path adapter, Precision precision, String device)
            throws IOException {
        try (Device place = Scopes.own(() -> Devices.parse(device))) {
            if (adapter == null) {
                return LoadedNetwork.load(directory, precision, place);
            }
            if (precision.resolve() != Precision.FP32) {
                throw new IllegalArgumentException("precision is " + precision + ", but adapters beside a model are"
                        + " computed in fp32; make one model of both with florence4j merge");
            }
            return adapted(Checkpoint.load(directory, DType.FLOAT32, place), adapter);
        }
    }

    private static LoadedNetwork adapted(Checkpoint checkpoint, Path adapter) throws IOException {
        Deque<AutoCloseable> both = new ArrayDeque<>();
        both.push(checkpoint);
        try {
            LoraAdapters adapters = kept(both, LoraFiles.load(adapter, checkpoint.weights()));
            return LoadedNetwork.of(checkpoint.config(), checkpoint.report(), adapters, () -> close(both));
        } catch (IOException | RuntimeException e) {
            close(both);
            throw e;
        }
    }

    private static <T extends AutoCloseable> T kept(Deque<AutoCloseable> resources, T resource) {
        resources.push(resource);
        return resource;
    }

    /** What was noticed while loading the checkpoint. */
    public LoadReport report() {
        return network.report();
    }

    /** The precision that it computes in: never {@link Precision#AUTO}. */
    public Precision precision() {
        return network.precision();
    }

    /** The checkpoint's own way of decoding. */
    public GenerationOptions.Builder generation() {
        return GenerationOptions.from(network.config().generation());
    }

    /** What answers with these options, as many prompts at once as is usual; close it before the model. */
    public NetworkPredictor predictor(GenerationOptions generation, Profile profile) {
        return predictor(new RunOptions(generation, profile));
    }

    /** What answers with these options, by one lane; close it before the model. */
    public NetworkPredictor predictor(RunOptions options) {
        return predictor(options, 1);
    }

    /**
     * What answers with these options; close it before the model.
     *
     * @param lanes the most batches that are computed side by side, or {@link EvaluationOptions#AUTOMATIC}
     */
    public NetworkPredictor predictor(RunOptions options, int lanes) {
        int count = lanes == EvaluationOptions.AUTOMATIC ? lanes() : lanes;
        return new NetworkPredictor(network.network(), tokenizer, images, options, count);
    }

    /**
     * Two for a small network where there are threads for them; in less than fp32 answers would depend on the clock, and layers with
     * adapters are those of training, which are for one thread.
     */
    private int lanes() {
        boolean small = network.config().text().dModel() <= SMALL;
        boolean suits = small
                && packed
                && network.precision() == Precision.FP32
                && network.network().device().is_cpu();
        return suits ? Math.min(2, Threads.count()) : 1;
    }

    /** Frees everything. */
    @Override
    public void close() {
        close(resources);
    }

    private static void close(Deque<AutoCloseable> resources) {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("a resource could not be freed", e);
            }
        }
    }
}
