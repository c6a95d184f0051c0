package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.MapBranch;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.onednn.ByteProduct;
import io.github.florence4j.onednn.OneDnn;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.weights.CheckpointReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The branches of the vision tower in bytes against their equations in single precision (specification 2.2). */
class ByteBranchesTest {
    private static final int CHANNELS = 64;
    private static final int HEADS = 4;
    private static final int WINDOW = 4;

    @BeforeEach
    void seed() {
        torch.manual_seed(3);
    }

    /** Sides that are no multiples of the window are padded; 1,000 elements are a row of windows at least. */
    @ParameterizedTest
    @CsvSource({"12, 8, 100000", "12, 8, 1000", "10, 8, 100000", "11, 9, 3000"})
    void windowsAttendAsInSinglePrecision(long height, long width, long elements) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor map = torch.randn(2, height, width, CHANNELS);
            try (Layers layers = new Layers(1)) {
                ByteWindowAttention branch = layers.windows();
                assertThat(error(branch, map, elements, layers.windowsOf(map))).isBetween(1e-4, 0.03);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 8, 100000", "12, 8, 1000", "11, 9, 700"})
    void channelsAttendAsInSinglePrecision(long height, long width, long elements) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor map = torch.randn(2, height, width, CHANNELS);
            try (Layers layers = new Layers(1)) {
                ByteChannelAttention branch = layers.channels();
                assertThat(error(branch, map, elements, layers.channelsOf(map))).isBetween(1e-4, 0.03);
            }
        }
    }

    /** Parts after the first take its range; one with a number of 40 does not fit. */
    @ParameterizedTest
    @CsvSource({"100000, 1", "1000, 1", "1000, 40"})
    void feedForwardIsThatOfSinglePrecision(long elements, double outlier) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor map = torch.randn(2, 12, 8, CHANNELS);
            map.select(0, 1).select(0, 3).select(0, 3).select(0, 3).fill_(new Scalar(outlier));
            try (Layers layers = new Layers(1)) {
                ByteFeedForward branch = layers.feedForward();
                assertThat(error(branch, map, elements, layers.feedForwardOf(map)))
                        .isBetween(1e-4, 0.03);
            }
        }
    }

    /** Queries and keys 12 times as large give scores of hundreds, whose exponentials no number holds. */
    @Test
    void scoresBeyondAllExponentialsAreAttendedToo() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor map = torch.randn(1, 8, 8, CHANNELS);
            try (Layers layers = new Layers(12)) {
                ByteWindowAttention branch = layers.windows();
                // Bytes of queries and keys move scores of hundreds by more than one, and weights by tens of percent.
                assertThat(error(branch, map, 100_000, layers.windowsOf(map))).isLessThan(0.4);
            }
        }
    }

    /** One weight of the norm is a hundred times the others, which makes a rough look at its range too rough. */
    @Test
    void aNormOfOneLargeWeightLosesNothing() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor weight = torch.ones(CHANNELS);
            weight.select(0, 5).fill_(new Scalar(100.0));
            Tensor x = torch.randn(200, CHANNELS);
            x.select(1, 5).fill_(new Scalar(0.0));
            Tensor exact = torch.layer_norm(
                    x,
                    new long[] {CHANNELS},
                    new TensorOptional(weight),
                    new TensorOptional(torch.zeros(CHANNELS)),
                    1e-5,
                    false);
            QuantizedRows rows = QuantizedRows.of(new ByteNorm(weight, torch.zeros(CHANNELS)).of(x));
            QuantizedRows own = QuantizedRows.of(exact);
            assertThat(rows.scale()).isBetween(0.999 * own.scale(), 1.2 * own.scale());
        }
    }

    @Test
    void oneDnnIsUsedWhereTheProcessorIsFitForIt() {
        boolean fit = Processor.HERE.sumsBytes() && Processor.HERE.multipliesHalf();
        assertThat(OneDnn.isUsable() || !fit || !OneDnn.isAvailable()).isTrue();
    }

    @Test
    void aMapInAnotherOrderIsRefused() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad();
                Layers layers = new Layers(1)) {
            Tensor map = torch.randn(1, CHANNELS, 8, 8).permute(0, 2, 3, 1);
            for (MapBranch branch : List.of(layers.windows(), layers.channels(), layers.feedForward())) {
                assertThatThrownBy(() -> branch.addTo(map, 1000))
                        .hasMessage("a map lies in memory with strides [4096, 8, 1, 64];"
                                + " expected the order of its axes and no gaps");
            }
        }
    }

    /** The norm of one position is none; as in single precision, what reads it is none either. */
    @Test
    void whatIsNotANumberIsNotHiddenInBytes() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            try (Layers layers = new Layers(1)) {
                ByteWindowAttention windows = layers.windows();
                ByteChannelAttention channels = layers.channels();
                ByteFeedForward feedForward = layers.feedForward();
                for (MapBranch branch : List.of(windows, channels, feedForward)) {
                    for (long row : new long[] {0, 7}) { // in the first part and in a later one
                        Tensor map = torch.randn(1, 8, 8, CHANNELS);
                        map.select(1, row).select(1, 5).select(1, 9).fill_(new Scalar(Float.NaN));
                        branch.addTo(map, 1000);
                        assertThat(map.select(1, row).select(1, 5).isnan().all().item_bool())
                                .as("%s, row %s", branch.getClass().getSimpleName(), row)
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void threadsThatShareABranchComputeWhatOneAloneDoes() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor map = torch.randn(1, 12, 8, CHANNELS);
            try (Layers layers = new Layers(1)) {
                ByteWindowAttention windows = layers.windows();
                ByteChannelAttention channels = layers.channels();
                ByteFeedForward feedForward = layers.feedForward();
                List<MapBranch> branches = List.of(windows, channels, feedForward);
                Tensor alone = through(branches, map);
                List<CompletableFuture<Boolean>> others = IntStream.range(0, 4)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> isSame(branches, map, alone)))
                        .toList();
                assertThat(others).allSatisfy(same -> assertThat(same.join()).isTrue());
            }
        }
    }

    private static boolean isSame(List<MapBranch> branches, Tensor map, Tensor alone) {
        try (NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < 20; i++) {
                try (PointerScope scope = new PointerScope()) {
                    if (!torch.equal(through(branches, map), alone)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private static Tensor through(List<MapBranch> branches, Tensor map) {
        Tensor x = map.clone();
        branches.forEach(branch -> branch.addTo(x, 1000));
        return x;
    }

    @Test
    void computingAgainTakesNoMoreMemory() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor map = torch.randn(1, 12, 8, CHANNELS);
            try (Layers layers = new Layers(1)) {
                ByteWindowAttention windows = layers.windows();
                ByteChannelAttention channels = layers.channels();
                ByteFeedForward feedForward = layers.feedForward();
                List<MapBranch> branches = List.of(windows, channels, feedForward);
                through(branches, map).close();
                long before = Handles.settled();
                for (int i = 0; i < 10; i++) {
                    through(branches, map).close();
                }
                assertThat(NativeMemory.handles()).isEqualTo(before);
            }
        }
    }

    /** Layer by layer with libtorch's operators, and with oneDNN's primitives: both err by 8 bits, and by no more. */
    @Test
    void theTowerErrsNoMoreThanWithOperatorsOfLibtorch() throws IOException {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad();
                SafetensorsFile golden = SafetensorsFile.open(Fixtures.path("activations.safetensors"))) {
            Tensor pixels = golden.read("pixel_values", DType.FLOAT32);
            Tensor exact = tower(Precision.FP32, true, pixels);
            double without = relative(tower(Precision.INT8, false, pixels), exact);
            double with = relative(tower(Precision.INT8, true, pixels), exact);
            assertThat(with).isBetween(0.5 * without, 1.3 * without);
        }
    }

    private static Tensor tower(Precision precision, boolean withPrimitives, Tensor pixels) throws IOException {
        try (CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                PackedWeights weights = new PackedWeights(files, precision, withPrimitives)) {
            Florence2Network network = new Florence2Network(files.config(), weights);
            return network.visionTower().forward(pixels, Regularization.NONE);
        }
    }

    private static double error(MapBranch branch, Tensor map, long elements, Tensor added) {
        Tensor x = map.clone();
        branch.addTo(x, elements);
        return relative(x.sub(map), added);
    }

    private static double relative(Tensor found, Tensor expected) {
        return found.sub(expected).norm().item_double() / expected.norm().item_double();
    }

    /** Random layers of all three branches, and what they give in single precision. */
    private static final class Layers implements AutoCloseable {
        private final List<ByteProduct> made = new ArrayList<>();
        private final Tensor normWeight = torch.rand(CHANNELS).add(new Scalar(0.5));
        private final Tensor normBias = torch.randn(CHANNELS).mul(new Scalar(0.1));
        private final Tensor qkv;
        private final Tensor qkvBias = torch.randn(3 * CHANNELS).mul(new Scalar(0.1));
        private final Tensor proj = random(CHANNELS, CHANNELS);
        private final Tensor projBias = torch.randn(CHANNELS);
        private final Tensor fc1 = random(4 * CHANNELS, CHANNELS);
        private final Tensor fc1Bias = torch.randn(4 * CHANNELS);
        private final Tensor fc2 = random(CHANNELS, 4 * CHANNELS);
        private final Tensor fc2Bias = torch.randn(CHANNELS);

        Layers(double sizeOfQueriesAndKeys) {
            this.qkv = random(3 * CHANNELS, CHANNELS);
            qkv.narrow(0, 0, 2 * CHANNELS).mul_(new Scalar(sizeOfQueriesAndKeys));
        }

        private static Tensor random(long out, long in) {
            return torch.randn(out, in).mul(new Scalar(1 / Math.sqrt(in)));
        }

        private ByteProduct product(Tensor weight, Tensor bias) {
            try (ByteMatrix matrix =
                    ByteMatrix.of(weight.size(0), weight.size(1), (first, count) -> weight.narrow(0, first, count)
                            .clone())) {
                made.add(new ByteProduct(matrix.bytes(), matrix.scales(), bias, 96));
                return made.get(made.size() - 1);
            }
        }

        ByteWindowAttention windows() {
            return new ByteWindowAttention(
                    norm(), product(qkv, qkvBias), product(proj, projBias), HEADS, CHANNELS / HEADS, WINDOW);
        }

        ByteChannelAttention channels() {
            return new ByteChannelAttention(norm(), product(qkv, qkvBias), product(proj, projBias), HEADS);
        }

        ByteFeedForward feedForward() {
            return new ByteFeedForward(norm(), product(fc1, fc1Bias), product(fc2, fc2Bias), 4 * CHANNELS);
        }

        private ByteNorm norm() {
            return new ByteNorm(normWeight, normBias);
        }

        private Tensor normed(Tensor map) {
            return torch.layer_norm(
                    map,
                    new long[] {CHANNELS},
                    new TensorOptional(normWeight),
                    new TensorOptional(normBias),
                    1e-5,
                    false);
        }

        Tensor windowsOf(Tensor map) {
            long y = map.size(1);
            long x = map.size(2);
            Tensor padded = torch.constant_pad_nd(
                    normed(map), 0, 0, 0, Math.floorMod(-x, WINDOW), 0, Math.floorMod(-y, WINDOW));
            long rows = padded.size(1) / WINDOW;
            long columns = padded.size(2) / WINDOW;
            Tensor heads = torch.linear(padded, qkv, new TensorOptional(qkvBias))
                    .view(-1, rows, WINDOW, columns, WINDOW, 3, HEADS, CHANNELS / HEADS)
                    .permute(5, 0, 1, 3, 6, 2, 4, 7)
                    .flatten(5, 6); // (3, b, rows, columns, h, t, d)
            Tensor attended = torch.scaled_dot_product_attention(
                            heads.select(0, 0),
                            heads.select(0, 1),
                            heads.select(0, 2),
                            new TensorOptional(),
                            0,
                            false,
                            new DoubleOptional(),
                            false)
                    .view(-1, rows, columns, HEADS, WINDOW, WINDOW, CHANNELS / HEADS)
                    .permute(0, 1, 4, 2, 5, 3, 6)
                    .reshape(padded.shape());
            return torch.linear(attended, proj, new TensorOptional(projBias))
                    .narrow(1, 0, y)
                    .narrow(2, 0, x);
        }

        Tensor channelsOf(Tensor map) {
            long n = map.size(1) * map.size(2);
            Tensor heads = torch.linear(normed(map), qkv, new TensorOptional(qkvBias))
                    .view(map.size(0), n, 3, HEADS, CHANNELS / HEADS)
                    .permute(2, 0, 3, 4, 1); // (3, b, g, d, n)
            Tensor weights = torch.matmul(heads.select(0, 0), heads.select(0, 1).transpose(2, 3))
                    .mul(new Scalar(1 / Math.sqrt(n)))
                    .softmax(-1);
            Tensor attended = torch.matmul(weights, heads.select(0, 2))
                    .permute(0, 3, 1, 2)
                    .reshape(map.shape());
            return torch.linear(attended, proj, new TensorOptional(projBias));
        }

        Tensor feedForwardOf(Tensor map) {
            Tensor hidden = torch.gelu(torch.linear(normed(map), fc1, new TensorOptional(fc1Bias)));
            return torch.linear(hidden, fc2, new TensorOptional(fc2Bias));
        }

        @Override
        public void close() {
            made.forEach(ByteProduct::close);
        }
    }
}
