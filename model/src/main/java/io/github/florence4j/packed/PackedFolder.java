package io.github.florence4j.packed;

import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.weights.CheckpointReader;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.NewFolder;
import io.github.florence4j.weights.PackedFormat;
import io.github.florence4j.weights.TensorNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Writes checkpoint folders whose weights are stored as they are computed with, so that loading reads a quarter of the bytes
 * and quantises nothing. The answers are exactly those of the checkpoint loaded in that precision.
 */
public final class PackedFolder {
    private PackedFolder() {}

    /**
     * Writes a packed folder with the checkpoint's configuration, tokenizer and image processor. It appears whole or not at
     * all.
     *
     * @param base a checkpoint folder in either layout
     * @param precision {@link Precision#INT8} or {@link Precision#BF16}
     * @param output must not exist, or be empty
     * @throws IllegalArgumentException when the precision is another one, the output has files in it, or the checkpoint is
     *     packed already or no usable Florence-2
     */
    public static void write(Path base, Precision precision, Path output) throws IOException {
        if (precision != Precision.INT8 && precision != Precision.BF16) {
            throw new IllegalArgumentException("precision is " + precision + "; expected int8 or bf16 to pack for");
        }
        NativeSettings.apply();
        try (CheckpointReader files = CheckpointReader.open(base);
                PointerScope scope = new PointerScope();
                Recorder recorder = new Recorder(files, precision)) {
            files.packed().ifPresent(format -> {
                throw new IllegalArgumentException(base + " is packed for " + format.precision()
                        + " already; expected the checkpoint that it was made of");
            });
            new Florence2Network(files.config(), recorder);
            NewFolder.write(output, "the packed model", folder -> {
                CheckpointWriter.copyAllButWeights(base, folder);
                SafetensorsWriter.write(
                        folder.resolve("model.safetensors"),
                        recorder.tensors,
                        new PackedFormat(precision.toString()).metadata());
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Notes what a network is built from, and in which form it is computed with. */
    private static final class Recorder implements Parameters.Source, AutoCloseable {
        private final CheckpointReader files;
        private final Precision precision;
        private final Map<String, Tensor> tensors = new HashMap<>();
        private final List<ByteMatrix> matrices = new ArrayList<>();

        Recorder(CheckpointReader files, Precision precision) {
            this.files = files;
            this.precision = precision;
        }

        @Override
        public Tensor get(String name) {
            Tensor tensor = files.get(name);
            boolean half = PackedWeights.isHalf(name, precision);
            tensors.put(name, half ? tensor.to(ScalarType.BFloat16) : tensor);
            return tensor;
        }

        @Override
        public boolean has(String name) {
            return files.has(name);
        }

        @Override
        public Linear linear(String name) {
            String weight = name + ".weight";
            String stored = weight.equals(TensorNames.TOKEN_TABLE) ? TensorNames.HEAD : weight;
            if (precision == Precision.INT8) {
                ByteMatrix matrix = ByteMatrix.read(files, List.of(weight));
                matrices.add(matrix);
                tensors.put(stored, matrix.bytes());
                tensors.put(stored + PackedFormat.SCALE, matrix.scales());
            } else {
                tensors.put(stored, files.matrix(weight, DType.BFLOAT16));
            }
            if (files.has(name + ".bias")) {
                tensors.put(name + ".bias", files.copy(name + ".bias"));
            }
            return (x, regularization) -> {
                throw new IllegalStateException("this network only tells what it is built from");
            };
        }

        @Override
        public void close() {
            matrices.forEach(ByteMatrix::close);
        }
    }
}
