package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.nn.DecoderCache;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.onednn.ByteProduct;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.ExpectedTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guard on what packing gains: packed networks against the plain one of the same random weights (width 512, two layers),
 * timed in turn on one thread. The bounds are about half of what was measured (2.9, 10.8 and 3.0 on an AMD EPYC
 * with VNNI and bfloat16; 7.3 and 2.3 in int8 on an Intel Ice Lake, which has no bfloat16), so
 * that a noisy machine passes and a network that is no longer packed does not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackingGainTest {
    private static final int WIDTH = 512;
    private static final int BEAMS = 3;
    private static final int PAIRS = 9;
    private static final double STEP_GAIN_FP32 = 1.5;
    private static final double STEP_GAIN_INT8 = 3;
    private static final double ENCODER_GAIN_INT8 = 1.5;
    private static final double BRANCH_GAIN_INT8 = 2.3;
    private static final int STEPS = 4;

    @TempDir
    private static Path folder;

    private Checkpoint checkpoint;
    private Florence2Network plain;
    private LoadedNetwork single;
    private LoadedNetwork bytes;

    @BeforeAll
    void load() throws IOException {
        NativeSettings.apply();
        Threads.set(1);
        writeCheckpoint();
        checkpoint = Checkpoint.load(folder, DType.FLOAT32);
        plain = new Florence2Network(checkpoint.config(), checkpoint.weights());
        try (Device cpu = Scopes.own(Devices::cpu)) {
            single = LoadedNetwork.load(folder, Precision.FP32, cpu);
            bytes = LoadedNetwork.load(folder, Precision.INT8, cpu);
        }
    }

    @AfterAll
    void close() {
        single.close();
        bytes.close();
        checkpoint.close();
    }

    @Test
    void packedStepsAreFaster() {
        assertThat(gain(PackingGainTest::steps, single.network())).isGreaterThan(STEP_GAIN_FP32);
        assertThat(gain(PackingGainTest::steps, bytes.network())).isGreaterThan(STEP_GAIN_INT8);
    }

    @Test
    void packedEncodersAreFaster() {
        assertThat(gain(PackingGainTest::encoding, bytes.network())).isGreaterThan(ENCODER_GAIN_INT8);
    }

    @Test
    void aNetworkThatIsNotPackedWouldBeFound() {
        assertThat(gain(PackingGainTest::steps, plain)).isLessThan(STEP_GAIN_FP32);
        assertThat(gain(PackingGainTest::encoding, plain)).isLessThan(ENCODER_GAIN_INT8);
    }

    /**
     * The feed-forward network of the stage with the most blocks, from map to map, against its equations in single precision; measured: 6.1. Where
     * bytes are not summed by themselves it is not used.
     */
    @Test
    void feedForwardInBytesIsFaster() {
        double bound = Processor.HERE.sumsBytes() ? BRANCH_GAIN_INT8 : 0;
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor norm = torch.ones(WIDTH);
            Tensor wide = torch.randn(4 * WIDTH, WIDTH).mul(new Scalar(0.02));
            Tensor narrow = torch.randn(WIDTH, 4 * WIDTH).mul(new Scalar(0.02));
            Tensor map = torch.randn(1, 48, 24, WIDTH);
            try (ByteProduct fc1 = product(wide);
                    ByteProduct fc2 = product(narrow)) {
                ByteFeedForward branch =
                        new ByteFeedForward(new ByteNorm(norm, torch.zeros(WIDTH)), fc1, fc2, 4 * WIDTH);
                double slow = Double.MAX_VALUE;
                double fast = Double.MAX_VALUE;
                for (int pair = 0; pair < PAIRS; pair++) {
                    slow = Math.min(slow, seconds(() -> {
                        Tensor x = torch.layer_norm(map, WIDTH);
                        torch.linear(torch.gelu(torch.linear(x, wide)), narrow).add_(map);
                    }));
                    fast = Math.min(fast, seconds(() -> branch.addTo(map.clone(), map.numel())));
                }

                assertThat(slow / fast).isGreaterThan(bound);
            }
        }
    }

    private static ByteProduct product(Tensor weight) {
        try (ByteMatrix matrix =
                ByteMatrix.of(weight.size(0), weight.size(1), (first, count) -> weight.narrow(0, first, count)
                        .clone())) {
            return new ByteProduct(matrix.bytes(), matrix.scales(), torch.zeros(weight.size(0)), 1152);
        }
    }

    /** Work on a network. */
    @FunctionalInterface
    private interface Work {
        void on(Florence2Network network);
    }

    /** How many times as fast the other network is as the plain one: the ratio of the shortest of runs in turn, which nothing disturbed. */
    private double gain(Work work, Florence2Network other) {
        double slow = Double.MAX_VALUE;
        double fast = Double.MAX_VALUE;
        try (NoGrad noGrad = new NoGrad()) {
            for (int pair = -2; pair < PAIRS; pair++) {
                double before = seconds(work, plain);
                double after = seconds(work, other);
                if (pair >= 0) {
                    slow = Math.min(slow, before);
                    fast = Math.min(fast, after);
                }
            }
        }
        return slow / fast;
    }

    private static double seconds(Work work, Florence2Network network) {
        return seconds(() -> work.on(network));
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        try (PointerScope scope = new PointerScope()) {
            work.run();
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void steps(Florence2Network network) {
        Tensor encoded = torch.zeros(1, 20, WIDTH);
        try (DecoderCache cache = network.decoder().cache(encoded, new TensorOptional(), BEAMS)) {
            for (int step = 0; step < STEPS; step++) {
                Tensor ids = Tensors.ofLongs(network.device(), 5, 6, 7).unsqueeze(1);
                network.logits(network.decoder().step(network.embed(ids), cache));
            }
        }
    }

    private static void encoding(Florence2Network network) {
        network.encoder().forward(torch.zeros(1, 200, WIDTH), new TensorOptional(), Regularization.NONE);
    }

    private static void writeCheckpoint() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(
                Fixtures.path("tiny-transformers").resolve("config.json").toFile());
        ((ObjectNode) config.get("text_config"))
                .put("d_model", WIDTH)
                .put("encoder_ffn_dim", 4 * WIDTH)
                .put("decoder_ffn_dim", 4 * WIDTH)
                .put("encoder_attention_heads", 8)
                .put("decoder_attention_heads", 8);
        ((ObjectNode) config.get("vision_config")).put("projection_dim", WIDTH);
        json.writeValue(folder.resolve("config.json").toFile(), config);
        try (PointerScope scope = new PointerScope()) {
            Seeds.set(0);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            ExpectedTensors.of(Florence2Config.read(folder))
                    .forEach((name, shape) -> tensors.put(
                            name,
                            torch.randn(shape.stream()
                                            .mapToLong(Long::longValue)
                                            .toArray())
                                    .mul(new Scalar(0.02))));
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        }
    }
}
