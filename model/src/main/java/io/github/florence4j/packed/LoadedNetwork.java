package io.github.florence4j.packed;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointReader;
import io.github.florence4j.weights.LoadReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A checkpoint's network with its weights, for evaluation: any number of threads may compute with it until it is closed. */
public final class LoadedNetwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedNetwork.class);

    private final Florence2Network network;
    private final LoadReport report;
    private final Precision precision;
    private final PointerScope handles;
    private final AutoCloseable weights;

    private LoadedNetwork(
            Florence2Network network,
            LoadReport report,
            Precision precision,
            PointerScope handles,
            AutoCloseable weights) {
        this.network = network;
        this.report = report;
        this.precision = precision;
        this.handles = handles;
        this.weights = weights;
    }

    /**
     * Loads a checkpoint folder. On the processor its layers are packed; on a GPU they stay as they are, in single precision.
     * A folder that is packed already is loaded in its own precision, to which {@code FP32} and {@code AUTO} give way.
     *
     * @throws IllegalArgumentException when the folder holds no usable Florence-2 or the device cannot compute in that
     *     precision; the message says why. Damaged weights are an {@link InvalidWeightsException}, which is one
     */
    public static LoadedNetwork load(Path directory, Precision precision, Device device) throws IOException {
        Threads.useAllCores();
        if (device.is_cpu() && PackedWeights.isSupported()) {
            return packed(directory, precision);
        }
        return plain(directory, precision, device, device.is_cpu() ? "with this build of libtorch" : "on a GPU");
    }

    /** Layers as they are in the checkpoint, on a GPU and where libtorch has no oneDNN to pack for, as in its builds for macOS. */
    static LoadedNetwork plain(Path directory, Precision precision, Device device, String where) throws IOException {
        if (precision != Precision.FP32 && precision != Precision.AUTO) {
            throw new IllegalArgumentException("precision is " + precision + "; " + where + " only fp32 is supported");
        }
        Checkpoint checkpoint = Checkpoint.load(directory, DType.FLOAT32, device);
        return of(checkpoint.config(), checkpoint.report(), checkpoint.weights(), checkpoint);
    }

    private static LoadedNetwork packed(Path directory, Precision precision) throws IOException {
        try (CheckpointReader files = CheckpointReader.open(directory)) {
            PackedWeights weights = new PackedWeights(files, precision);
            requireComputable(weights.precision());
            if (weights.precision() == Precision.BF16 && !Processor.HERE.multipliesHalf()) {
                LOG.warn("this processor does not multiply bf16 by itself: fp32 is faster here, and int8 more so");
            }
            return of(files.config(), files.report(), weights.precision(), weights, weights);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void requireComputable(Precision precision) {
        if (precision == Precision.BF16 && !PackedWeights.packsHalf()) {
            throw new IllegalArgumentException("precision is bf16, for which this processor has no AVX-512;"
                    + " expected fp32 or int8, of a checkpoint that is not packed for bf16");
        }
    }

    /**
     * A network on other weights, such as those with adapters.
     *
     * @param weights closed with the network
     */
    public static LoadedNetwork of(
            Florence2Config config, LoadReport report, Parameters.Source source, AutoCloseable weights) {
        return of(config, report, Precision.FP32, source, weights);
    }

    private static LoadedNetwork of(
            Florence2Config config,
            LoadReport report,
            Precision precision,
            Parameters.Source source,
            AutoCloseable weights) {
        PointerScope handles = new PointerScope(); // the handles of the network live exactly as long as this
        try {
            LoadedNetwork loaded =
                    new LoadedNetwork(new Florence2Network(config, source), report, precision, handles, weights);
            handles.extend();
            handles.close(); // takes it off this thread and keeps what it holds
            return loaded;
        } catch (RuntimeException | Error e) {
            handles.close();
            close(weights);
            throw e;
        }
    }

    /** The network. */
    public Florence2Network network() {
        return network;
    }

    /** The checkpoint's configuration. */
    public Florence2Config config() {
        return network.config();
    }

    /** The precision of the matrix products: never {@link Precision#AUTO}. */
    public Precision precision() {
        return precision;
    }

    /** What was ignored or repaired while loading. */
    public LoadReport report() {
        return report;
    }

    /** Frees the network and its weights. */
    @Override
    public void close() {
        handles.close();
        close(weights);
    }

    private static void close(AutoCloseable weights) {
        try {
            weights.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the weights could not be freed", e);
        }
    }
}
