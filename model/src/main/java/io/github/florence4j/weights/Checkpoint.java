package io.github.florence4j.weights;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.torch.file.InvalidWeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * A checkpoint in memory.
 *
 * @param config its configuration, with the table sizes that the tensors really have
 * @param weights its tensors under transformers names
 * @param report what was ignored or repaired while loading
 * @param layout the layout of the files
 */
public record Checkpoint(Florence2Config config, Weights weights, LoadReport report, KeyLayout layout)
        implements AutoCloseable {

    /** As {@link #load(Path, DType, Device)}, on the processor. */
    public static Checkpoint load(Path directory, DType dtype) throws IOException {
        try (Device cpu = Scopes.own(Devices::cpu)) {
            return load(directory, dtype, cpu);
        }
    }

    /**
     * Loads a checkpoint folder: {@code config.json} and {@code model.safetensors}, {@code pytorch_model.bin} or the
     * shards of either, in either layout. On the processor, tensors already stored in {@code dtype} are views of the
     * mapped file.
     *
     * @param dtype the precision of all tensors
     * @throws InvalidWeightsException when the folder is a packed one, or the files are damaged, do not fit the
     *     configuration (all differences in one message) or hold numbers that are not finite
     * @throws io.github.florence4j.config.InvalidConfigException when the configuration cannot be used
     */
    public static Checkpoint load(Path directory, DType dtype, Device device) throws IOException {
        NativeSettings.apply();
        Florence2Config stated = Florence2Config.read(directory);
        Threads.useAllCores();
        try (CheckpointFiles files = CheckpointFiles.open(directory)) {
            files.packed().ifPresent(packed -> {
                throw new InvalidWeightsException(
                        directory + " is packed for " + packed.precision()
                                + ", which is for answering on the processor only; expected the checkpoint that it was made of");
            });
            LoadPlan plan = LoadPlan.fitting(files, stated, directory);
            return new Checkpoint(plan.config(), read(plan, dtype, device), plan.report(), plan.layout());
        }
    }

    private static Weights read(LoadPlan plan, DType dtype, Device device) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, CheckpointFiles.Located> entry :
                    plan.tensors().entrySet()) {
                String name = entry.getKey();
                Tensor tensor =
                        Scopes.own(() -> TensorLoading.read(name, entry.getValue(), plan.layout(), dtype, device));
                tensors.put(name, tensor);
            }
            if (!tensors.containsKey(TensorNames.FRAME_TABLE)) {
                tensors.put(
                        TensorNames.FRAME_TABLE,
                        Scopes.own(() -> TensorLoading.frameTable(plan.config().vision(), dtype, device)));
            }
            TensorLoading.dropZeroBias(tensors);
            return Weights.owning(tensors);
        } catch (IOException | RuntimeException e) {
            tensors.values().forEach(Tensor::close);
            throw e;
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        weights.close();
    }
}
