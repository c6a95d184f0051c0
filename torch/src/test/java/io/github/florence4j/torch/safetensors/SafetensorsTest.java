package io.github.florence4j.torch.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference is the fixtures' files, which the safetensors library of Python wrote. */
class SafetensorsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tiny-transformers/model.safetensors",
                "tiny-microsoft/model.safetensors",
                "activations.safetensors"
            })
    void whatWasReadIsWrittenAsTheBytesOfTheReference(String fixture) throws IOException {
        Path original = Fixtures.path(fixture);
        Path written = folder.resolve("written.safetensors");
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(original)) {
            SafetensorsWriter.write(written, readAll(file), file.metadata());
        }
        assertThat(Files.mismatch(original, written)).isEqualTo(-1);
    }

    @Test
    void aTensorInItsStoredTypeIsAViewAndOutlivesTheFile() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor first;
            Tensor second;
            Tensor half;
            try (SafetensorsFile file = SafetensorsFile.open(Fixtures.path("tiny-transformers/model.safetensors"))) {
                String name = "model.language_model.shared.weight";
                first = file.read(name, DType.FLOAT32);
                second = file.read(name, DType.FLOAT32);
                half = file.read(name, DType.FLOAT16);
            }
            assertThat(first.data_ptr().address()).isEqualTo(second.data_ptr().address());
            assertThat(first.shape()).containsExactly(51_328, 32);
            assertThat(half.equal(first.to(DType.FLOAT16.scalarType()))).isTrue();
        }
    }

    @Test
    void conversionIsExactAcrossTheEdgesOfItsBuffer() throws IOException {
        Path path = folder.resolve("large.safetensors");
        try (PointerScope scope = new PointerScope()) {
            Tensor stored = torch.rand(3, 1_500_001).to(DType.BFLOAT16.scalarType()); // 9 MB, an odd number
            SafetensorsWriter.write(path, Map.of("x", stored), Map.of());
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(file.metadata()).isEmpty();
                Tensor read = file.read("x", DType.FLOAT32);
                assertThat(read.equal(stored.to(DType.FLOAT32.scalarType()))).isTrue();
            }
        }
    }

    @Test
    void tensorsAtOddPositionsAreReadAllTheSame() throws IOException {
        String header =
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} "; // 57 bytes: not a multiple of 4
        ByteBuffer data = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1.5f)
                .putFloat(-2f);
        Path path = file(header, data.array());
        assertThat(Files.size(path) % 4).isNotZero();
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(path)) {
            Tensor x = file.read("x", DType.FLOAT32);
            assertThat(x.select(0, 0).item_float()).isEqualTo(1.5f);
            assertThat(x.select(0, 1).item_float()).isEqualTo(-2f);
        }
    }

    @Test
    void viewsTransposesAndConversionsAreWrittenAsTheyLook() throws IOException {
        Path path = folder.resolve("ünï.safetensors");
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.rand(4, 6);
            SafetensorsWriter.write(path, Map.of("t", x.t(), "e", torch.zeros(0, 3)), DType.FLOAT16, Map.of());
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(file.read("t", DType.FLOAT16).equal(x.t().to(DType.FLOAT16.scalarType())))
                        .isTrue();
                assertThat(file.read("e", DType.FLOAT32).shape()).containsExactly(0, 3);
            }
        }
    }

    @Test
    void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = Files.writeString(folder.resolve("model.safetensors"), "old");
        try (PointerScope scope = new PointerScope()) {
            Tensor complex = torch.ones(new long[] {2}, new TensorOptions(torch.ScalarType.ComplexFloat));
            assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("x", complex), Map.of()))
                    .hasMessageContaining("is not supported");
            Tensor withoutBytes = torch.ones(2).to_sparse();
            assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("x", withoutBytes), Map.of()))
                    .isInstanceOf(RuntimeException.class);
        }
        assertThat(path).hasContent("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void damagedFilesAreRefusedInOneSentence() throws IOException {
        String x = "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
        byte[] eight = new byte[8];
        assertRefused("{" + x + "}", new byte[4], "is truncated: its tensors end at byte 70 but the file has 66");
        assertRefused("{" + x + "}", new byte[9], "has 1 bytes after its last tensor");
        assertRefused("{" + x + "," + x + "}", eight, "not valid JSON: Duplicate field 'x'");
        assertRefused("{" + x.replace("F32", "F9") + "}", eight, "has element type \"F9\"; expected one of F32,");
        assertRefused("{" + x.replace("[2]", "[3]") + "}", eight, "of shape (3) and type F32 cannot have 8 bytes");
        assertRefused("{" + x.replace("[2]", "[-2]") + "}", eight, "has -2 in its shape; expected numbers");
        assertRefused("{" + x.replace("[2]", "\"2\"") + "}", eight, "has no list \"shape\"");
        assertRefused("{" + x.replace("[0,8]", "[8,16]") + "}", new byte[16], "after a gap; expected");
        assertRefused("{" + x + "," + x.replace("\"x\"", "\"y\"") + "}", eight, "inside another; expected");
        assertRefused(
                "{" + x.replace("[2]", "[4611686018427387904,4]") + "}", eight, "more bytes than a number can count");
        assertRefused("[1,2]", eight, "its header is not a JSON object");
        assertRefused("{\"x\":", eight, "not valid JSON");
        assertRefused("{} {}", eight, "not valid JSON");
        assertRefusedFile(new byte[3], "has 3 bytes; a safetensors file has at least 8");
        assertRefusedFile(new byte[20], "its header would have 0 bytes");
        byte[] long_ = new byte[20];
        java.util.Arrays.fill(long_, (byte) -1);
        assertRefusedFile(long_, "its header would have 18446744073709551615 bytes");
        assertRefusedFile(new byte[] {90, 0, 0, 0, 0, 0, 0, 0, '{'}, "is truncated: its header has 90 bytes");
        assertRefusedFile(
                "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8),
                "is a Git LFS pointer, not the weights");
    }

    @Test
    @Timeout(60)
    void mutatedFilesGiveTensorsOrASentenceAndNothingElse() throws IOException {
        Path path = folder.resolve("small.safetensors");
        try (PointerScope scope = new PointerScope()) {
            SafetensorsWriter.write(path, Map.of("a", torch.ones(2, 3), "b", torch.ones(4)), Map.of("k", "v"));
        }
        byte[] original = Files.readAllBytes(path);
        Random random = new Random(22);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = original.clone();
            for (int c = 0; c <= random.nextInt(3); c++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path mutated = folder.resolve("mutated.safetensors");
            Files.deleteIfExists(mutated);
            Files.write(mutated, bytes);
            try (PointerScope scope = new PointerScope();
                    SafetensorsFile file = SafetensorsFile.open(mutated)) {
                readAll(file);
            } catch (InvalidWeightsException e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(refused).isBetween(500, 1_999);
    }

    @Test
    void readingLeavesNothingBehind() throws IOException {
        long before = Handles.settled();
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(Fixtures.path("tiny-transformers/model.safetensors"))) {
            for (TensorInfo info : file.tensors().values()) {
                file.read(info.name(), DType.BFLOAT16);
                file.read(info.name(), DType.FLOAT32);
            }
        }
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    private static Map<String, Tensor> readAll(SafetensorsFile file) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (TensorInfo info : file.tensors().values()) {
            tensors.put(info.name(), file.read(info.name(), info.dtype()));
        }
        return tensors;
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("crafted.safetensors"), bytes.array());
    }

    private void assertRefused(String header, byte[] data, String sentence) throws IOException {
        assertRefused(file(header, data), sentence);
    }

    private void assertRefusedFile(byte[] bytes, String sentence) throws IOException {
        assertRefused(Files.write(folder.resolve("crafted.safetensors"), bytes), sentence);
    }

    private static void assertRefused(Path path, String sentence) {
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(InvalidWeightsException.class)
                .hasMessageContaining(sentence);
    }
}
