package io.github.florence4j.torch.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.TensorInfo;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads files that PyTorch wrote (src/test/resources/pickle/README.md says what is in them). What can go wrong: strides
 * or offsets misread, a pickle that runs code, damaged files that crash or fill the memory.
 */
class TorchZipFileTest {
    private static final int MUTATIONS = 2_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"strided.bin", "protocol4.bin"})
    void readsWhatPyTorchSaved(String name) throws IOException {
        try (PointerScope scope = new PointerScope();
                TorchZipFile file = TorchZipFile.open(resource(name))) {
            Tensor base = torch.arange(new Scalar(24), new TensorOptions(DType.FLOAT32.scalarType()));
            assertThat(file.read("plain", DType.FLOAT32).equal(base.view(2, 3, 4)))
                    .isTrue();
            assertThat(file.read("transposed", DType.FLOAT32)
                            .equal(base.view(4, 6).t()))
                    .isTrue();
            assertThat(file.read("transposed", DType.FLOAT32).is_contiguous()).isTrue();
            assertThat(file.read("transposed", DType.FLOAT16)
                            .equal(base.view(4, 6).t().to(DType.FLOAT16.scalarType())))
                    .isTrue();
            assertThat(floats(file.read("every_second", DType.FLOAT32)))
                    .containsExactly(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23);
            assertThat(file.read("scalar", DType.FLOAT32).shape()).isEmpty();
            assertThat(floats(file.read("scalar", DType.FLOAT32))).containsExactly(7.5f);
            assertThat(file.read("empty", DType.FLOAT32).shape()).containsExactly(0, 3);
            assertThat(floats(file.read("half", DType.FLOAT32))).containsExactly(1f, 0.333007812f);
            assertThat(floats(file.read("bfloat16", DType.FLOAT32))).containsExactly(1f, 0.33203125f);
            assertThat(file.read("long", DType.INT64).select(1, 1).item_long()).isEqualTo(1L << 40);
            assertThat(file.read("flag", DType.BOOL).sum().item_long()).isEqualTo(1);
            assertThat(floats(file.read("parameter", DType.FLOAT32))).containsExactly(2f);
            assertThat(floats(file.read("linear.weight", DType.FLOAT32))).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(floats(file.read("linear.bias", DType.FLOAT32))).containsExactly(0.5f, -0.5f);
        }
    }

    @Test
    void theHalfPrecisionCheckpointIsTheRoundedSinglePrecisionOne() throws IOException {
        try (TorchZipFile bin = TorchZipFile.open(Fixtures.path("tiny-microsoft-bin/pytorch_model.bin"));
                SafetensorsFile safe = SafetensorsFile.open(Fixtures.path("tiny-microsoft/model.safetensors"))) {
            for (String name : safe.tensors().keySet()) {
                try (PointerScope scope = new PointerScope()) {
                    assertThat(bin.read(name, DType.FLOAT16).equal(safe.read(name, DType.FLOAT16)))
                            .as(name)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void namesThatShareAStorageShareTheirBytes() throws IOException {
        try (TorchZipFile bin = TorchZipFile.open(Fixtures.path("tiny-microsoft-bin/pytorch_model.bin"))) {
            TensorInfo shared = bin.tensors().get("language_model.model.shared.weight");
            assertThat(bin.tensors().get("language_model.lm_head.weight").sameElements(shared))
                    .isTrue();
            assertThat(bin.tensors()
                            .get("language_model.model.encoder.embed_positions.weight")
                            .sameElements(shared))
                    .isFalse();
        }
    }

    @Test
    void aPickleThatNamesCodeIsRefusedByName() {
        assertRefused("names-os-system.bin", "posix.system, which is not part of a file of plain tensors");
    }

    @Test
    void otherFilesAreRefusedInOneSentence() throws IOException {
        assertRefused("legacy.bin", "is in PyTorch's format from before version 1.6");
        assertRefused("expanded.bin", "uses elements several times");
        assertRefused("with-number.bin", "holds something else than a tensor under \"epoch\"");
        assertRefusedBytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer");
        assertRefusedBytes("", "has 0 bytes");
        assertRefusedBytes("hello, world", "is not a PyTorch zip file");
    }

    @Test
    void truncatedCompressedAndBigEndianFilesAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(resource("strided.bin"));
        assertRefusedBytes(Arrays.copyOf(bytes, bytes.length / 2), "it is truncated");
        assertRefusedBytes(
                new String(bytes, StandardCharsets.ISO_8859_1)
                        .replace("little", "bigbig")
                        .getBytes(StandardCharsets.ISO_8859_1),
                "stores \"bigbig\"-endian numbers; expected little");
        assertRefusedBytes(deflated(resource("strided.bin")), "is compressed");
    }

    @Test
    @Timeout(60)
    void mutatedFilesGiveTensorsOrASentenceAndNothingElse() throws IOException {
        byte[] original = Files.readAllBytes(resource("strided.bin"));
        Random random = new Random(20);
        Path path = folder.resolve("mutated.bin");
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = original.clone();
            int changes = 1 + random.nextInt(4);
            for (int c = 0; c < changes; c++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            refused +=
                    readAll(path, random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
        }
        assertThat(refused).isBetween(MUTATIONS / 20, MUTATIONS - 1);
    }

    @Test
    @Timeout(60)
    void mutatedPicklesGiveAnObjectOrASentenceAndNothingElse() throws IOException {
        for (String name : new String[] {"strided.bin", "protocol4.bin"}) {
            byte[] pickle = entry(resource(name), name.replace(".bin", "/data.pkl"));
            Random random = new Random(21);
            for (int i = 0; i < 10 * MUTATIONS; i++) {
                byte[] bytes = pickle.clone();
                for (int c = 0; c <= random.nextInt(4); c++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                try {
                    Unpickler.read("mutated", ByteBuffer.wrap(bytes));
                } catch (InvalidWeightsException e) {
                    assertThat(e).hasMessageStartingWith("mutated ");
                }
            }
        }
    }

    @Test
    void aPickleThatNestsWithoutEndIsReadInBoundedTimeAndDepth() {
        byte[] nested = new byte[1 << 22];
        Arrays.fill(nested, (byte) 0x85); // TUPLE1 of TUPLE1 of …
        nested[0] = 'N';
        nested[nested.length - 1] = '.';
        assertThat(Assertions.assertTimeout(
                        Duration.ofSeconds(20), () -> Unpickler.read("nested", ByteBuffer.wrap(nested))))
                .isNotNull();
        byte[] many = new byte[1 << 22];
        Arrays.fill(many, (byte) ']');
        assertThatThrownBy(() -> Unpickler.read("many", ByteBuffer.wrap(many)))
                .isInstanceOf(InvalidWeightsException.class)
                .hasMessageContaining("holds more than");
    }

    @Test
    void readingLeavesNothingBehind() throws IOException {
        readAll(folder.resolve("copy.bin"), Files.readAllBytes(resource("strided.bin")));
        long before = Handles.settled();
        readAll(folder.resolve("copy.bin"), Files.readAllBytes(resource("strided.bin")));
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    private static int readAll(Path path, byte[] bytes) throws IOException {
        Files.deleteIfExists(path);
        Files.write(path, bytes);
        try (PointerScope scope = new PointerScope();
                TorchZipFile file = TorchZipFile.open(path)) {
            for (TensorInfo info : file.tensors().values()) {
                file.read(info.name(), DType.FLOAT32);
                file.read(info.name(), info.dtype());
            }
            return 0;
        } catch (InvalidWeightsException | IOException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 1;
        }
    }

    private static void assertRefused(String name, String sentence) {
        assertThatThrownBy(() -> TorchZipFile.open(resource(name)))
                .isInstanceOf(InvalidWeightsException.class)
                .hasMessageContaining(sentence);
    }

    private void assertRefusedBytes(String text, String sentence) throws IOException {
        assertRefusedBytes(text.getBytes(StandardCharsets.UTF_8), sentence);
    }

    private void assertRefusedBytes(byte[] bytes, String sentence) throws IOException {
        Path path = Files.write(folder.resolve("pytorch_model.bin"), bytes);
        assertThatThrownBy(() -> TorchZipFile.open(path))
                .isInstanceOf(InvalidWeightsException.class)
                .hasMessageContaining(sentence);
    }

    private static byte[] deflated(Path path) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipFile in = new ZipFile(path.toFile());
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry : Collections.list(in.entries())) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                in.getInputStream(entry).transferTo(out);
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] entry(Path path, String name) throws IOException {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            return zip.getInputStream(zip.getEntry(name)).readAllBytes();
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        Tensor line = tensor.contiguous().view(-1);
        for (int i = 0; i < values.length; i++) {
            values[i] = line.select(0, i).item_float();
        }
        return values;
    }

    private static Path resource(String name) {
        try (InputStream in = TorchZipFileTest.class.getResourceAsStream("/pickle/" + name)) {
            Path copy = Files.createTempFile("torch-zip", name);
            copy.toFile().deleteOnExit();
            Files.write(copy, in.readAllBytes());
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
