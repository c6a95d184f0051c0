package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.florence4j.nn.DecoderCache;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.LinearGroup;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.CheckpointReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step of the decoder in one script against its layers, called one after the other on the same packed weights. */
class DecoderScriptTest {
    private static final int STEPS = 80; // beyond the first capacity of the cache

    private static final int PAIRS = 15;
    private static final int WARM_UP = 5;
    private static final double LEAST_GAIN = 1.1;

    /** The same weights, but not for scripts. */
    private record LayerByLayer(PackedWeights weights) implements Parameters.Source {
        @Override
        public Tensor get(String name) {
            return weights.get(name);
        }

        @Override
        public boolean has(String name) {
            return weights.has(name);
        }

        @Override
        public boolean isFixed() {
            return true;
        }

        @Override
        public ScalarType attentionType() {
            return weights.attentionType();
        }

        @Override
        public Linear linear(String name) {
            return weights.linear(name);
        }

        @Override
        public LinearGroup linears(List<String> names) {
            return weights.linears(names);
        }
    }

    /** Looks at a network with its script and at one that goes layer by layer. */
    @FunctionalInterface
    private interface Look {
        void at(Florence2Network scripted, Florence2Network layers);
    }

    private static void inBothForms(Precision precision, Look look) throws IOException {
        try (CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                PackedWeights weights = new PackedWeights(files, precision);
                NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            look.at(
                    new Florence2Network(files.config(), weights),
                    new Florence2Network(files.config(), new LayerByLayer(weights)));
        }
    }

    @ParameterizedTest
    @CsvSource({"fp32, 0", "bf16, 0.1", "int8, 0.1"})
    void givesTheHiddenStatesOfTheLayersWhileSamplesComeAndGo(String precision, double mostError) throws IOException {
        inBothForms(Precision.parse(precision), (scripted, layers) -> {
            torch.manual_seed(3);
            long width = scripted.config().text().dModel();
            Tensor first = torch.randn(1, 30, width);
            Tensor second = torch.randn(1, 27, width);
            Tensor others = torch.randn(2, 30, width);
            Random random = new Random(4);
            try (DecoderCache ours = scripted.decoder().cache(first, new TensorOptional(), 3);
                    DecoderCache theirs = layers.decoder().cache(first, new TensorOptional(), 3)) {
                for (int step = 0; step < STEPS; step++) {
                    assertSameStep(scripted, ours, layers, theirs, random, mostError);
                    if (step == 5) { // one more joins, whose encoder had fewer positions
                        join(scripted, ours, second);
                        join(layers, theirs, second);
                    } else if (step == 12) { // beams change places
                        select(ours, theirs, new long[] {2, 0, 0, 4, 4, 3}, new long[] {0, 1});
                    } else if (step == 16) { // too many rows for the script in bfloat16
                        join(scripted, ours, others);
                        join(layers, theirs, others);
                    } else if (step == 24) { // and few again
                        select(ours, theirs, new long[] {3, 5, 4, 11, 9, 9}, new long[] {1, 3});
                    } else if (step == 40) { // one is done
                        select(ours, theirs, new long[] {3, 4, 5}, new long[] {1});
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"fp32, 0", "bf16, 0.1", "int8, 0.1"})
    void soItDoesForManySamplesWithoutBeams(String precision, double mostError) throws IOException {
        inBothForms(Precision.parse(precision), (scripted, layers) -> {
            torch.manual_seed(3);
            Tensor encoded = torch.randn(12, 30, scripted.config().text().dModel());
            Random random = new Random(4);
            try (DecoderCache ours = scripted.decoder().cache(encoded, new TensorOptional(), 1);
                    DecoderCache theirs = layers.decoder().cache(encoded, new TensorOptional(), 1)) {
                for (int step = 0; step < 70; step++) { // beyond the first capacity of the cache
                    assertSameStep(scripted, ours, layers, theirs, random, mostError);
                }
            }
        });
    }

    /**
     * Before roundings can add up: here they are 1 % in bf16 and 3 % in int8. One sample hides what fills it up to the other's
     * length; unhidden it would be most of what a hypothesis attends to.
     */
    @ParameterizedTest
    @CsvSource({"bf16, 30, 2", "bf16, 2, 30", "int8, 30, 2", "int8, 2, 30"})
    void everyHypothesisBeginsAsInTheLayersWhicheverSampleIsLonger(String precision, long first, long second)
            throws IOException {
        inBothForms(Precision.parse(precision), (scripted, layers) -> {
            torch.manual_seed(3);
            long width = scripted.config().text().dModel();
            Tensor one = torch.randn(1, first, width);
            Tensor other = torch.randn(1, second, width);
            try (DecoderCache ours = scripted.decoder().cache(one, new TensorOptional(), 3);
                    DecoderCache theirs = layers.decoder().cache(one, new TensorOptional(), 3)) {
                join(scripted, ours, other);
                join(layers, theirs, other);
                Tensor embedded = scripted.embed(Tensors.ofLongs(scripted.device(), 5, 600, 7, 8, 9000, 10))
                        .unsqueeze(1);
                Tensor found = scripted.decoder().step(embedded, ours).squeeze(1);
                Tensor expected = layers.decoder().step(embedded, theirs).squeeze(1);
                for (long row = 0; row < 6; row++) {
                    assertThat(relativeError(
                                    Tensors.floats(found.select(0, row)), Tensors.floats(expected.select(0, row))))
                            .as("hypothesis %d", row)
                            .isLessThan(0.05);
                }
            }
        });
    }

    @Test
    void cachesThatComeAndGoLeaveNoHandles() throws IOException {
        try (CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                PackedWeights weights = new PackedWeights(files, Precision.BF16);
                NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Florence2Network network = new Florence2Network(files.config(), weights);
            Tensor encoded = torch.randn(1, 30, files.config().text().dModel());
            Tensor longer = torch.randn(1, 33, files.config().text().dModel());
            comeAndGo(network, encoded, longer); // what is made once
            long handles = NativeMemory.handles();
            for (int i = 0; i < 5; i++) {
                comeAndGo(network, encoded, longer);
            }
            assertThat(NativeMemory.handles()).isEqualTo(handles);
        }
    }

    private static void comeAndGo(Florence2Network network, Tensor encoded, Tensor longer) {
        try (PointerScope scope = new PointerScope();
                DecoderCache cache = network.decoder().cache(encoded, new TensorOptional(), 2)) {
            step(network, cache);
            join(network, cache, longer);
            step(network, cache);
            step(network, cache);
            cache.select(new long[] {3, 2}, new long[] {1});
            step(network, cache);
        }
    }

    private static void step(Florence2Network network, DecoderCache cache) {
        try (PointerScope scope = new PointerScope()) {
            long[] ids = new long[Math.toIntExact(cache.samples() * cache.beams())];
            network.decoder()
                    .step(network.embed(Tensors.ofLongs(network.device(), ids)).unsqueeze(1), cache);
        }
    }

    @Test
    void isWrittenInPlainDigitsInEveryLanguage() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try (CheckpointReader files = CheckpointReader.open(Fixtures.path("tiny-transformers"));
                PackedWeights weights = new PackedWeights(files, Precision.FP32);
                PointerScope scope = new PointerScope()) {
            assertThat("%d".formatted(3)).isNotEqualTo("3");
            assertThatCode(() -> new Florence2Network(files.config(), weights)).doesNotThrowAnyException();
        } finally {
            Locale.setDefault(before);
        }
    }

    /** Measured on an AMD EPYC: 1.3 to 1.4 times as fast beside other work; a network that lost its script is at 1. */
    @Test
    void takesLessTimeThanTheLayersOneByOne() throws IOException {
        inBothForms(Precision.INT8, (scripted, layers) -> {
            Tensor encoded = torch.randn(1, 30, scripted.config().text().dModel());
            double[] gains = new double[PAIRS];
            for (int pair = -WARM_UP; pair < PAIRS; pair++) {
                double slow = seconds(layers, encoded);
                double fast = seconds(scripted, encoded);
                if (pair >= 0) {
                    gains[pair] = slow / fast;
                }
            }
            Arrays.sort(gains);
            assertThat(gains[PAIRS / 2]).isGreaterThan(LEAST_GAIN);
        });
    }

    private static double seconds(Florence2Network network, Tensor encoded) {
        try (PointerScope scope = new PointerScope();
                DecoderCache cache = network.decoder().cache(encoded, new TensorOptional(), 3)) {
            Tensor embedded =
                    network.embed(Tensors.ofLongs(network.device(), 5, 6, 7).unsqueeze(1));
            network.decoder().step(embedded, cache); // the first makes room
            long start = System.nanoTime();
            for (int step = 0; step < 20; step++) {
                network.decoder().step(embedded, cache);
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    /**
     * The same to the last digit in single precision. In half precision the script sums in another order, and what it rounded
     * differently stays in the cache: 2 to 5 % after 80 steps of this fixture, whose activations reach 505.
     */
    private static void assertSameStep(
            Florence2Network one,
            DecoderCache ours,
            Florence2Network other,
            DecoderCache theirs,
            Random random,
            double mostError) {
        try (PointerScope scope = new PointerScope()) {
            long[] ids = random.longs(ours.samples() * ours.beams(), 0, 50_000).toArray();
            Tensor embedded = one.embed(Tensors.ofLongs(one.device(), ids).unsqueeze(1));
            float[] found = Tensors.floats(one.decoder().step(embedded, ours));
            float[] expected = Tensors.floats(other.decoder().step(embedded, theirs));
            assertThat(Arrays.stream(boxed(expected)).distinct().count()).isGreaterThan(50);
            assertThat(relativeError(found, expected)).isLessThanOrEqualTo(mostError);
        }
    }

    private static double relativeError(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < found.length; i++) {
            error += Math.pow((double) found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(error / norm);
    }

    private static Float[] boxed(float[] values) {
        Float[] boxed = new Float[values.length];
        Arrays.setAll(boxed, i -> values[i]);
        return boxed;
    }

    private static void join(Florence2Network network, DecoderCache cache, Tensor encoded) {
        try (PointerScope scope = new PointerScope();
                DecoderCache fresh = network.decoder().cache(encoded, new TensorOptional(), cache.beams())) {
            cache.join(List.of(fresh));
        }
    }

    private static void select(DecoderCache ours, DecoderCache theirs, long[] rows, long[] samples) {
        ours.select(rows, samples);
        theirs.select(rows, samples);
    }
}
