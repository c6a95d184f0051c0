package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.nn.Targets;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packed networks against the activations of the reference in single precision, on the tiny checkpoint. Its weights are random
 * and its activations reach 505, so reduced precision errs far more here than on a trained model.
 */
class PackedWeightsTest {
    /** Features and teacher-forced logits of the golden batch. */
    record Outputs(Tensor features, Tensor logits) {}

    @ParameterizedTest
    @ValueSource(strings = {"tiny-transformers", "tiny-microsoft"})
    void singlePrecisionGivesTheActivationsOfTheReference(String folder) throws IOException {
        try (LoadedNetwork loaded = load(folder, Precision.FP32)) {
            assertGivesTheActivationsOfTheReference(loaded);
        }
    }

    /** As on a GPU, and where libtorch has no oneDNN. */
    @Test
    void layersThatAreNotPackedGiveTheActivationsOfTheReferenceToo() throws IOException {
        Path folder = Fixtures.path("tiny-transformers");
        try (Device cpu = Scopes.own(Devices::cpu)) {
            try (LoadedNetwork loaded = LoadedNetwork.plain(folder, Precision.AUTO, cpu, "here")) {
                assertGivesTheActivationsOfTheReference(loaded);
            }
            assertThatThrownBy(() -> LoadedNetwork.plain(folder, Precision.INT8, cpu, "here"))
                    .hasMessage("precision is int8; here only fp32 is supported");
        }
    }

    private static void assertGivesTheActivationsOfTheReference(LoadedNetwork loaded) throws IOException {
        try (SafetensorsFile golden = golden();
                NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Outputs outputs = outputs(loaded.network(), golden);
            assertThat(largest(outputs.features(), golden.read("image_features", DType.FLOAT32)))
                    .isLessThan(1e-4);
            assertThat(largest(outputs.logits().narrow(2, 0, 2000), golden.read("logits", DType.FLOAT32)))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void oneDnnTakesHalfPrecisionOnProcessorsWithAvx512() {
        Set<String> flags = Processor.HERE.flags();
        assertThat(PackedWeights.isSupported()).isTrue();
        assertThat(PackedWeights.packsHalf())
                .isEqualTo(flags.containsAll(Set.of("avx512bw", "avx512vl", "avx512dq"))
                        || flags.contains("avx_ne_convert"));
    }

    /** The stated figures are those of AVX-512 BF16 and VNNI; other processors round in other places, hence the margin. */
    @ParameterizedTest
    @CsvSource({"bf16, 0.083, 0.092, 0.5", "int8, 0.228, 0.195, 0.4"})
    void reducedPrecisionErrsAsStated(String precision, double features, double logits, double agreement)
            throws IOException {
        if (precision.equals("int8") && !Processor.HERE.sumsBytes()) {
            features = 0.217; // of FBGEMM, which such processors take for all layers, as measured on one with VNNI
            logits = 0.206;
        }
        try (LoadedNetwork exact = load("tiny-transformers", Precision.FP32);
                LoadedNetwork reduced = load("tiny-transformers", Precision.parse(precision));
                SafetensorsFile golden = golden();
                NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Outputs expected = outputs(exact.network(), golden);
            Outputs found = outputs(reduced.network(), golden);
            double featureError = relative(found.features(), expected.features());
            double logitError = relative(found.logits(), expected.logits());
            double top = agreement(found.logits(), expected.logits());
            assertThat(featureError).isPositive().isCloseTo(features, within(features / 2));
            assertThat(logitError).isPositive().isCloseTo(logits, within(logits / 2));
            assertThat(top).isGreaterThanOrEqualTo(agreement);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fp32", "bf16", "int8"})
    void loadingAndClosingLeavesNoHandles(String precision) throws IOException {
        load("tiny-transformers", Precision.parse(precision)).close();
        long before = Handles.settled();
        for (int i = 0; i < 3; i++) {
            load("tiny-transformers", Precision.parse(precision)).close();
        }
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    @Test
    void theTokenTableOfEachLayoutIsTheOneOfTheOthers() throws IOException {
        try (LoadedNetwork transformers = load("tiny-transformers", Precision.FP32);
                LoadedNetwork pickled = load("tiny-microsoft-bin", Precision.FP32);
                PointerScope scope = new PointerScope()) {
            Tensor one = transformers.network().embeddings().table().narrow(0, 0, 1000);
            Tensor half = pickled.network().embeddings().table().narrow(0, 0, 1000);
            assertThat(DType.of(half)).isEqualTo(DType.FLOAT16);
            assertThat(largest(half.to(DType.FLOAT32.scalarType()), one)).isLessThan(1e-3);
        }
    }

    /** A page of a mapped file becomes part of the process when a byte of it is looked at. */
    @ParameterizedTest
    @ValueSource(strings = {"tiny-transformers", "tiny-microsoft", "tiny-microsoft-bin"})
    void vectorsOfTokensAreRowsOfATableThatStaysInItsFile(String folder) throws IOException {
        Handles.settled();
        long before = resident(Fixtures.path(folder)); // mappings that other tests keep
        try (LoadedNetwork loaded = load(folder, Precision.INT8);
                PointerScope scope = new PointerScope()) {
            Florence2Network network = loaded.network();
            long rows = network.embeddings().table().size(0);
            Tensor ids =
                    torch.arange(new Scalar(0), new Scalar(rows), new Scalar(97L), new TensorOptions(ScalarType.Long));
            Tensor vectors = network.embed(ids.view(1, -1));
            assertThat(resident(Fixtures.path(folder))).isEqualTo(before);
            assertThat(vectors.squeeze(0).equal(network.embeddings().table().index_select(0, ids)))
                    .isTrue();
            assertThat(resident(Fixtures.path(folder))).isGreaterThan(before); // so it would be seen
        }
    }

    /** Bytes of mapped files of a folder that are part of this process, as Linux tells. */
    private static long resident(Path folder) throws IOException {
        long bytes = 0;
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                inside = line.contains(folder.toRealPath() + "/");
            } else if (inside && line.startsWith("Rss:")) {
                bytes += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return bytes;
    }

    private static LoadedNetwork load(String folder, Precision precision) throws IOException {
        try (Device cpu = Scopes.own(Devices::cpu)) {
            return LoadedNetwork.load(Fixtures.path(folder), precision, cpu);
        }
    }

    private static SafetensorsFile golden() throws IOException {
        return SafetensorsFile.open(Fixtures.path("activations.safetensors"));
    }

    static Outputs outputs(Florence2Network network, SafetensorsFile golden) throws IOException {
        Tensor features = network.imageFeatures(golden.read("pixel_values", DType.FLOAT32), Regularization.NONE);
        int visual = (int) features.size(1);
        Tensor attention = golden.read("attention_mask", DType.INT64);
        Tensor ids = golden.read("input_ids", DType.INT64);
        int[] lengths = new int[(int) ids.size(0)];
        for (int row = 0; row < lengths.length; row++) {
            lengths[row] = (int) attention.select(0, row).sum().item_long() - visual;
        }
        TensorOptional mask = network.paddingMask(visual, lengths);
        Tensor prompt = ids.narrow(1, visual, ids.size(1) - visual);
        Tensor encoded = network.encode(features, prompt, mask, Regularization.NONE);
        Tensor inputs = network.embed(Targets.shiftRight(golden.read("labels", DType.INT64), 2, 1));
        return new Outputs(
                features, network.logits(network.decoder().forward(inputs, encoded, mask, Regularization.NONE)));
    }

    private static double largest(Tensor found, Tensor expected) {
        return found.sub(expected).abs().max().item_double();
    }

    private static double relative(Tensor found, Tensor expected) {
        return found.sub(expected).norm().item_double() / expected.norm().item_double();
    }

    /** The part of the positions at which both find the same token the most likely. */
    private static double agreement(Tensor found, Tensor expected) {
        return found.argmax(new LongOptional(-1), false)
                .eq(expected.argmax(new LongOptional(-1), false))
                .to(DType.FLOAT32.scalarType())
                .mean()
                .item_double();
    }
}
