package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.Answer;
import io.github.florence4j.Florence2;
import io.github.florence4j.LoadOptions;
import io.github.florence4j.Request;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Task;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.CheckpointSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packed folders against the same checkpoints packed while they are loaded. */
class PackedFolderTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "tiny-transformers, int8",
        "tiny-transformers, bf16",
        "tiny-microsoft, int8",
        "tiny-microsoft-bin, int8",
        "tiny-microsoft-bin, bf16"
    })
    void computesExactlyAsPackingAtLoadDoes(String name, String text) throws IOException {
        Precision precision = Precision.parse(text);
        Path packed = folder.resolve("packed");
        PackedFolder.write(Fixtures.path(name), precision, packed);
        try (LoadedNetwork expected = load(Fixtures.path(name), precision);
                LoadedNetwork found = load(packed, Precision.FP32);
                SafetensorsFile golden = SafetensorsFile.open(Fixtures.path("activations.safetensors"));
                NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            assertThat(found.precision()).isEqualTo(precision);
            assertThat(found.config()).isEqualTo(expected.config());
            assertThat(found.report().warnings()).isEmpty();
            assertThat(found.report().ignored()).isEmpty();
            PackedWeightsTest.Outputs one = PackedWeightsTest.outputs(expected.network(), golden);
            PackedWeightsTest.Outputs other = PackedWeightsTest.outputs(found.network(), golden);
            assertThat(other.features().equal(one.features())).isTrue();
            assertThat(other.logits().equal(one.logits())).isTrue();
        }
    }

    @Test
    void answersAsTheCheckpointDoes() throws IOException {
        Path packed = folder.resolve("packed");
        PackedFolder.write(Fixtures.path("tiny-microsoft"), Precision.INT8, packed);
        LoadOptions options = LoadOptions.DEFAULTS.withPrecision(Precision.INT8);
        try (Florence2 expected = Florence2.load(Fixtures.path("tiny-microsoft"), options);
                Florence2 found = Florence2.load(packed)) {
            assertThat(found.precision()).isEqualTo(Precision.INT8);
            Answer<?> one = expected.answer(Request.of(Task.OBJECT_DETECTION, noise()));
            Answer<?> other = found.answer(Request.of(Task.OBJECT_DETECTION, noise()));
            assertThat(other.tokenIds()).isEqualTo(one.tokenIds());
            assertThat(other.result()).isEqualTo(one.result());
        }
    }

    @Test
    void holdsLinearLayersInBytesAndNoMatrixInSinglePrecisionButTheTables() throws IOException {
        PackedFolder.write(Fixtures.path("tiny-transformers"), Precision.INT8, folder.resolve("packed"));
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("packed/model.safetensors"))) {
            assertThat(file.metadata())
                    .containsEntry("florence4j.packed.version", "1")
                    .containsEntry("florence4j.packed.precision", "int8");
            assertThat(file.tensors().get("lm_head.weight").dtype()).isEqualTo(DType.INT8);
            file.tensors().forEach((name, info) -> {
                boolean table = name.contains("embed") || name.endsWith("shared.weight");
                if (info.shape().size() == 2 && !table) {
                    assertThat(info.dtype()).as(name).isEqualTo(DType.INT8);
                    assertThat(file.tensors()).containsKey(name + ".scale");
                }
            });
        }
        CheckpointSummary summary = CheckpointSummary.read(folder.resolve("packed"));
        assertThat(summary.report().fits()).isTrue();
        assertThat(summary.parameters())
                .isEqualTo(CheckpointSummary.read(Fixtures.path("tiny-transformers"))
                        .parameters());
    }

    @Test
    void saysWhatAPackedFolderIsNotFor() throws IOException {
        Path packed = folder.resolve("packed");
        Path base = Fixtures.path("tiny-transformers");
        PackedFolder.write(base, Precision.INT8, packed);
        assertThatThrownBy(() -> Checkpoint.load(packed, DType.FLOAT32))
                .hasMessage(packed + " is packed for int8, which is for answering on the processor only; expected the"
                        + " checkpoint that it was made of");
        assertThatThrownBy(() -> load(packed, Precision.BF16))
                .hasMessage("precision is bf16; the model is packed for int8 and can only be computed with in it");
        assertThatThrownBy(() -> PackedFolder.write(packed, Precision.INT8, folder.resolve("again")))
                .hasMessageContaining("is packed for int8 already; expected the checkpoint");
        assertThatThrownBy(() -> PackedFolder.write(base, Precision.FP32, folder.resolve("fp32")))
                .hasMessage("precision is fp32; expected int8 or bf16 to pack for");
        assertThatThrownBy(() -> PackedFolder.write(base, Precision.INT8, packed))
                .hasMessageContaining("is there already; expected a new folder, or an empty one, for the packed model");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("packed");
        }
    }

    @Test
    void refusesDamagedFactorsMissingHeadsAndFormatsItDoesNotKnow() throws IOException {
        Path packed = folder.resolve("packed");
        PackedFolder.write(Fixtures.path("tiny-transformers"), Precision.INT8, packed);
        String layer = "model.language_model.encoder.layers.0.fc1.weight";
        assertRefused(packed, Map.of("lm_head.weight", false), Map.of(), "have no tensor lm_head.weight");
        assertRefused(packed, Map.of(layer + ".scale", false), Map.of(), layer + " holds int8; expected float32");
        assertRefused(packed, Map.of("lm_head.weight.scale", false), Map.of(), "expected a factor for each row");
        assertRefused(packed, Map.of(layer + ".scale", true), Map.of(), "holds infinite values or NaN");
        assertRefused(packed, Map.of(), Map.of("florence4j.packed.version", "2"), "is packed in format 2 for \"int8\"");
    }

    @Test
    void loadingLeavesNoHandles() throws IOException {
        Path packed = folder.resolve("packed");
        PackedFolder.write(Fixtures.path("tiny-transformers"), Precision.INT8, packed);
        load(packed, Precision.INT8).close();
        long before = Handles.settled();
        PackedFolder.write(Fixtures.path("tiny-transformers"), Precision.INT8, folder.resolve("another"));
        load(packed, Precision.INT8).close();
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    /** Changes tensors (false: left out, true: filled with NaN) and metadata of a packed folder, and loads it. */
    private void assertRefused(Path packed, Map<String, Boolean> changes, Map<String, String> changed, String expected)
            throws IOException {
        Path damaged = Files.createTempDirectory(folder, "damaged");
        for (String name : List.of("config.json", "generation_config.json")) {
            Files.copy(packed.resolve(name), damaged.resolve(name));
        }
        try (SafetensorsFile file = SafetensorsFile.open(packed.resolve("model.safetensors"));
                PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = new HashMap<>();
            for (var entry : file.tensors().entrySet()) {
                Tensor tensor = file.copy(entry.getKey(), entry.getValue().dtype());
                Boolean filled = changes.get(entry.getKey());
                if (filled == null) {
                    tensors.put(entry.getKey(), tensor);
                } else if (filled) {
                    tensors.put(entry.getKey(), tensor.fill_(new Scalar(Double.NaN)));
                }
            }
            Map<String, String> metadata = new HashMap<>(file.metadata());
            metadata.putAll(changed);
            SafetensorsWriter.write(damaged.resolve("model.safetensors"), tensors, metadata);
        }
        load(packed, Precision.INT8).close(); // what is kept for all loads is there before it is counted
        long before = Handles.settled();
        assertThatThrownBy(() -> load(damaged, Precision.INT8))
                .isInstanceOf(InvalidWeightsException.class)
                .hasMessageContaining(expected);
        assertThat(NativeMemory.handles()).as("handles left by a refused load").isEqualTo(before);
    }

    private static RgbImage noise() {
        byte[] bytes = new byte[3 * 64 * 64];
        new Random(1).nextBytes(bytes);
        return new RgbImage(64, 64, bytes);
    }

    private static LoadedNetwork load(Path directory, Precision precision) throws IOException {
        try (Device cpu = Scopes.own(Devices::cpu)) {
            return LoadedNetwork.load(directory, precision, cpu);
        }
    }
}
