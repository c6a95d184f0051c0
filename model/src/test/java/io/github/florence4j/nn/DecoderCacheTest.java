package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.Checkpoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Decoding on the cache against decoding the whole target at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecoderCacheTest {
    private static final int STEPS = 140; // beyond two growths of the cache

    private Checkpoint checkpoint;
    private Florence2Network network;

    @BeforeAll
    void load() throws IOException {
        checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
        network = new Florence2Network(checkpoint.config(), checkpoint.weights());
    }

    @AfterAll
    void close() {
        checkpoint.close();
    }

    @Test
    void cachedStepsGiveTheHiddenStatesOfTheWholeTarget() {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Tensor encoded = encoded(2);
            TensorOptional mask = network.paddingMask(20, new int[] {7, 10});
            int[][] targets = targets(2);
            Tensor whole = network.decoder()
                    .forward(
                            network.embed(Tensors.ofRows(network.device(), targets, 1)),
                            encoded,
                            mask,
                            Regularization.NONE);
            try (DecoderCache cache = network.decoder().cache(encoded, mask, 1)) {
                for (int t = 0; t < STEPS; t++) {
                    assertClose(step(cache, targets, t), whole.narrow(1, t, 1));
                }
            }
        }
    }

    @Test
    void beamsShareTheEncodersKeysAndFollowTheirReordering() {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Tensor encoded = encoded(2);
            int[][] targets = targets(6); // three beams of each of two samples
            try (DecoderCache cache = network.decoder().cache(encoded, new TensorOptional(), 3)) {
                step(cache, targets, 0);
                step(cache, targets, 1);
                // Sample 0 leaves; of sample 1 the beams become 2, 0, 0.
                cache.select(new long[] {5, 3, 3}, new long[] {1});
                int[][] kept = {targets[5], targets[3].clone(), targets[3].clone()};
                kept[2][2] = 99;
                Tensor found = step(cache, kept, 2);
                Tensor sample = encoded.narrow(0, 1, 1).expand(3, encoded.size(1), encoded.size(2));
                int[][] prefixes =
                        Arrays.stream(kept).map(ids -> Arrays.copyOf(ids, 3)).toArray(int[][]::new);
                Tensor whole = network.decoder()
                        .forward(
                                network.embed(Tensors.ofRows(network.device(), prefixes, 1)),
                                sample,
                                new TensorOptional(),
                                Regularization.NONE);
                assertClose(found, whole.narrow(1, 2, 1));
                assertThat(cache.samples()).isEqualTo(1);
            }
        }
    }

    private Tensor step(DecoderCache cache, int[][] targets, int t) {
        long[] ids = Arrays.stream(targets).mapToLong(row -> row[t]).toArray();
        return network.decoder()
                .step(network.embed(Tensors.ofLongs(network.device(), ids).unsqueeze(1)), cache);
    }

    private Tensor encoded(int samples) {
        float[] values = new float[samples * 30 * checkpoint.config().text().dModel()];
        Random random = new Random(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.ofFloats(network.device(), values)
                .view(samples, 30, checkpoint.config().text().dModel());
    }

    private static int[][] targets(int rows) {
        Random random = new Random(6);
        int[][] targets = new int[rows][STEPS];
        for (int[] row : targets) {
            Arrays.setAll(row, i -> random.nextInt(50_000));
        }
        return targets;
    }

    private static void assertClose(Tensor found, Tensor expected) {
        float[] a = Tensors.floats(found);
        float[] e = Tensors.floats(expected);
        assertThat(a).hasSameSizeAs(e);
        for (int i = 0; i < a.length; i++) {
            assertThat((double) a[i]).isCloseTo(e[i], within(1e-5));
        }
    }
}
