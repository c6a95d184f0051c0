package io.github.florence4j.evaluate;

import io.github.florence4j.RunOptions;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.task.Profile;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.train.LoraFiles;
import io.github.florence4j.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;

/** A checkpoint, with adapters beside it or without, loaded for evaluation. */
public final class EvaluatedModel implements AutoCloseable {
    static {
        NativeSettings.apply();
    }

    private final Checkpoint checkpoint;
    private final Florence2Tokenizer tokenizer;
    private final ImageProcessorConfig images;
    private final Florence2Network network;
    private final Deque<AutoCloseable> resources;

    private EvaluatedModel(
            Checkpoint checkpoint,
            Florence2Tokenizer tokenizer,
            ImageProcessorConfig images,
            Florence2Network network,
            Deque<AutoCloseable> resources) {
        this.checkpoint = checkpoint;
        this.tokenizer = tokenizer;
        this.images = images;
        this.network = network;
        this.resources = resources;
    }

    /**
     * Loads a checkpoint folder in single precision.
     *
     * @param adapter folder of LoRA adapters that are used with it; null for none
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws IOException when a file cannot be read
     * @throws IllegalArgumentException when a folder does not hold what it should
     */
    public static EvaluatedModel load(Path directory, @Nullable Path adapter, String device) throws IOException {
        Florence2Config.read(directory); // whether this is a Florence-2 at all, before anything native
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        try {
            ImageProcessorConfig images = ImageProcessorConfig.ofCheckpoint(directory);
            Florence2Tokenizer tokenizer = kept(resources, Florence2Tokenizer.load(directory));
            Checkpoint checkpoint = kept(resources, checkpoint(directory, device));
            Parameters.Source weights = adapter == null
                    ? checkpoint.weights()
                    : kept(resources, LoraFiles.load(adapter, checkpoint.weights()));
            return new EvaluatedModel(
                    checkpoint, tokenizer, images, network(resources, checkpoint.config(), weights), resources);
        } catch (IOException | RuntimeException e) {
            close(resources);
            throw e;
        }
    }

    private static Checkpoint checkpoint(Path directory, String device) throws IOException {
        try (Device place = Scopes.own(() -> Devices.parse(device))) {
            return Checkpoint.load(directory, DType.FLOAT32, place);
        }
    }

    /** The network, whose handles live in a scope of their own until the model is closed. */
    private static Florence2Network network(
            Deque<AutoCloseable> resources, Florence2Config config, Parameters.Source weights) {
        PointerScope handles = new PointerScope();
        try {
            return new Florence2Network(config, weights);
        } finally {
            handles.extend();
            handles.close(); // takes it off this thread and keeps what it holds
            resources.push(handles);
        }
    }

    private static <T extends AutoCloseable> T kept(Deque<AutoCloseable> resources, T resource) {
        resources.push(resource);
        return resource;
    }

    /** The checkpoint and what was noticed while loading it. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The checkpoint's own way of decoding. */
    public GenerationOptions.Builder generation() {
        return GenerationOptions.from(checkpoint.config().generation());
    }

    /** What answers with these options; close it before the model. */
    public NetworkPredictor predictor(GenerationOptions generation, Profile profile) {
        return new NetworkPredictor(network, tokenizer, images, new RunOptions(generation, profile));
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
