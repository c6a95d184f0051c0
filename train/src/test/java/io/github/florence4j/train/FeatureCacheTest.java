package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.florence4j.data.Batch;
import io.github.florence4j.data.Example;
import io.github.florence4j.data.ImageRef;
import io.github.florence4j.data.LoaderPosition;
import io.github.florence4j.data.Sample;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureCacheTest {
    private static final long HEADER = 40;
    private static final long RECORD = 32 + 2 * 6 + 4;

    @TempDir
    Path folder;

    @Test
    void aFullDiskIsToldAndLosesNothingThatWasThere() throws Exception {
        Configuration disk = Configuration.unix().toBuilder()
                .setMaxSize(4096)
                .setBlockSize(64)
                .build();
        try (PointerScope scope = new PointerScope();
                FileSystem files = Jimfs.newFileSystem(disk)) {
            Tensor features = torch.randn(2, 3);
            int written = 0;
            try (FeatureCache cache = FeatureCache.open(files.getPath("/cache"), key(DType.FLOAT16))) {
                while (written < 100) {
                    cache.write(hash(written), features);
                    written++;
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("cannot write features to /cache/features-");
            }
            assertThat(written).isBetween(10, 99);
            try (FeatureCache cache = FeatureCache.open(files.getPath("/cache"), key(DType.FLOAT16))) {
                assertThat(cache.size()).isEqualTo(written);
                assertThat(cache.read(hash(written - 1)).orElseThrow().equal(rounded(features, DType.FLOAT16)))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT16", "BFLOAT16"})
    void givesBackWhatWasWrittenRoundedOnce(DType dtype) throws Exception {
        try (PointerScope scope = new PointerScope()) {
            Tensor first = torch.randn(2, 3);
            Tensor second = torch.randn(2, 3);
            try (FeatureCache cache = FeatureCache.open(folder, key(dtype))) {
                cache.write(hash(1), first);
                cache.write(hash(2), second);
                assertThat(cache.read(hash(3))).isEmpty();
            }
            try (FeatureCache cache = FeatureCache.open(folder, key(dtype))) {
                assertThat(cache.size()).isEqualTo(2);
                assertThat(cache.read(hash(2)).orElseThrow().equal(rounded(second, dtype)))
                        .isTrue();
                assertThat(cache.read(hash(1)).orElseThrow().equal(rounded(first, dtype)))
                        .isTrue();
                assertThat(Files.size(file(dtype))).isEqualTo(FeatureCache.bytes(cache.key(), 2));
            }
        }
    }

    @Test
    void aHalfWrittenRecordAtTheEndIsCutOff() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            Tensor features = torch.randn(2, 3);
            write(features, 1, 2, 3);
            for (long length = HEADER + 2 * RECORD; length < HEADER + 3 * RECORD; length++) {
                try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
                    file.setLength(length);
                }
                try (FeatureCache cache = FeatureCache.open(folder, key(DType.FLOAT16))) {
                    assertThat(cache.size()).isEqualTo(2);
                    cache.write(hash(3), features);
                    assertThat(cache.read(hash(3))).isPresent();
                }
            }
            for (long length = 0; length < HEADER; length++) {
                try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
                    file.setLength(length);
                }
                write(features, 1);
            }
        }
    }

    @Test
    void aDamagedRecordCountsAsMissingAndCanBeWrittenAnew() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            Tensor features = torch.randn(2, 3);
            for (int damaged = 0; damaged < RECORD; damaged++) {
                Files.deleteIfExists(file());
                write(features, 1, 2);
                try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
                    file.seek(HEADER + damaged);
                    int value = file.read();
                    file.seek(HEADER + damaged);
                    file.write(value ^ 1);
                }
                try (FeatureCache cache = FeatureCache.open(folder, key(DType.FLOAT16))) {
                    assertThat(cache.read(hash(1))).isEmpty();
                    assertThat(cache.contains(hash(1))).isFalse();
                    assertThat(cache.read(hash(2))).isPresent();
                    cache.write(hash(1), features);
                }
                try (FeatureCache cache = FeatureCache.open(folder, key(DType.FLOAT16))) {
                    assertThat(cache.read(hash(1))).isPresent();
                }
            }
        }
    }

    @Test
    void anotherShapeValueOrFileIsRefused() throws Exception {
        try (PointerScope scope = new PointerScope();
                FeatureCache cache = FeatureCache.open(folder, key(DType.FLOAT16))) {
            assertThatThrownBy(() -> cache.write(hash(1), torch.ones(3, 2)))
                    .hasMessage("features of shape (3, 2) do not belong in a cache of shape (2, 3)");
            assertThatThrownBy(() -> cache.write(hash(1), torch.full(new long[] {2, 3}, new Scalar(1e5))))
                    .hasMessageContaining("do not fit float16; keep them as bfloat16");
            assertThat(cache.size()).isZero();
            assertThatThrownBy(() -> FeatureCache.open(folder, key(DType.FLOAT16)))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("is in use by another training run");
        }
        Files.write(file(), new byte[100]);
        assertThatThrownBy(() -> FeatureCache.open(folder, key(DType.FLOAT16)))
                .hasMessageEndingWith("is not a feature cache of this model and these settings; remove it");
    }

    @Test
    void theKeyChangesWithWeightsPrecisionAndPreprocessing() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32)) {
            List<String> digests = new ArrayList<>();
            digests.add(key(tiny, ImageInput.Stage.TOWER_MAP, DType.FLOAT16, DType.FLOAT32, "a"));
            assertThat(key(tiny, ImageInput.Stage.TOWER_MAP, DType.FLOAT16, DType.FLOAT32, "a"))
                    .isEqualTo(digests.get(0));
            digests.add(key(tiny, ImageInput.Stage.VISUAL_TOKENS, DType.FLOAT16, DType.FLOAT32, "a"));
            digests.add(key(tiny, ImageInput.Stage.TOWER_MAP, DType.BFLOAT16, DType.FLOAT32, "a"));
            digests.add(key(tiny, ImageInput.Stage.TOWER_MAP, DType.FLOAT16, DType.BFLOAT16, "a"));
            digests.add(key(tiny, ImageInput.Stage.TOWER_MAP, DType.FLOAT16, DType.FLOAT32, "b"));
            bump(tiny, "model.multi_modal_projector.image_proj_norm.bias");
            assertThat(key(tiny, ImageInput.Stage.TOWER_MAP, DType.FLOAT16, DType.FLOAT32, "a"))
                    .isEqualTo(digests.get(0));
            digests.add(key(tiny, ImageInput.Stage.VISUAL_TOKENS, DType.FLOAT16, DType.FLOAT32, "a"));
            bump(tiny, "model.vision_tower.convs.3.conv.bias");
            digests.add(key(tiny, ImageInput.Stage.TOWER_MAP, DType.FLOAT16, DType.FLOAT32, "a"));
            assertThat(digests).doesNotHaveDuplicates();
        }
    }

    @Test
    void trainingFromTheCacheIsTrainingFromThePictures() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            Batch batch = batch();
            FeatureKey key = FeatureKey.of(
                    ImageInput.Stage.TOWER_MAP,
                    List.of(3L, 3L, 128L),
                    DType.FLOAT16,
                    DType.FLOAT32,
                    tiny.checkpoint().weights(),
                    "test");
            int[] computed = {0};
            Device cpu = tiny.network().network().device();
            CachedFeatures.Pixels pixels = example -> {
                computed[0]++;
                return TrainingBatch.pixels(new Batch(List.of(example), batch.after()), 96, 96, cpu)
                        .tensor();
            };
            TrainingStep step = new TrainingStep(tiny.network(), DType.FLOAT32, 16);
            LossSum direct = step.accumulate(TrainingBatch.of(batch, TrainingBatch.pixels(batch, 96, 96, cpu), cpu));
            double norm = tiny.gradients().norm();
            tiny.gradients().clear();
            List<LossSum> losses = new ArrayList<>();
            for (int epoch = 0; epoch < 2; epoch++) {
                try (FeatureCache cache = FeatureCache.open(folder, key)) {
                    ImageInput features = new CachedFeatures(tiny.network(), cache, pixels).of(batch);
                    losses.add(step.accumulate(TrainingBatch.of(batch, features, cpu)));
                }
            }
            assertThat(computed[0]).as("images computed in two epochs").isEqualTo(2);
            assertThat(losses.get(1)).isEqualTo(losses.get(0));
            assertThat(losses.get(0).mean()).isCloseTo(direct.mean(), within(1e-3 * direct.mean()));
            assertThat(tiny.gradients().norm() / 2).isCloseTo(norm, within(1e-2 * norm));
        }
    }

    @Test
    void aCacheBehindAPartThatTrainsIsRefused() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32);
                FeatureCache cache = FeatureCache.open(folder, key(DType.FLOAT16))) {
            assertThatThrownBy(() -> new CachedFeatures(tiny.network(), cache, example -> {
                        throw new AssertionError();
                    }))
                    .hasMessage("features are to be cached as TOWER_MAP but a part before that trains;"
                            + " expected PIXELS or no cache");
        }
    }

    /** Three questions on two pictures. */
    private static Batch batch() throws IOException {
        float[] all = Tensors.floats(TinyTraining.golden(DType.FLOAT32).image().tensor());
        int each = all.length / 3;
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < 3; row++) {
            int picture = row % 2;
            float[] own = Arrays.copyOfRange(all, picture * each, (picture + 1) * each);
            Sample sample = new Sample("s" + row, ImageRef.ofBytes(new byte[0], "p"), "q", List.of("a"));
            int[] prompt = IntStream.range(0, 4 + row).map(i -> 100 + i).toArray();
            int[] labels = {0, 200 + row, 2};
            examples.add(new Example(row, sample, hash(picture), own, 96, 96, prompt, labels, false));
        }
        return new Batch(examples, LoaderPosition.start(0));
    }

    private void write(Tensor features, int... images) throws IOException {
        try (FeatureCache cache = FeatureCache.open(folder, key(DType.FLOAT16))) {
            for (int image : images) {
                cache.write(hash(image), features);
                assertThat(cache.read(hash(image))).isPresent();
            }
        }
    }

    private Path file() {
        return file(DType.FLOAT16);
    }

    private Path file(DType dtype) {
        return folder.resolve("features-" + key(dtype).digest().substring(0, 16) + ".bin");
    }

    private static void bump(TinyTraining tiny, String name) {
        try (PointerScope scope = new PointerScope()) {
            tiny.weights().get(name).detach().add_(new Scalar(1));
        }
    }

    private static String key(
            TinyTraining tiny, ImageInput.Stage stage, DType dtype, DType computedIn, String preprocessing) {
        return FeatureKey.of(
                        stage,
                        List.of(3L, 3L, 128L),
                        dtype,
                        computedIn,
                        tiny.weights().current(),
                        preprocessing)
                .digest();
    }

    private static FeatureKey key(DType dtype) {
        return new FeatureKey(
                ImageInput.Stage.TOWER_MAP, List.of(2L, 3L), dtype, DType.FLOAT32, "weights", "preprocessing");
    }

    private static Tensor rounded(Tensor tensor, DType dtype) {
        return tensor.to(dtype.scalarType()).to(DType.FLOAT32.scalarType());
    }

    private static String hash(int image) {
        return "%064x".formatted(image + 1);
    }
}
