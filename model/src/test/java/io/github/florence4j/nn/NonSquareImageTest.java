package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.Generator;
import io.github.florence4j.generation.StopCondition;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.junit.jupiter.api.Test;

/** A 96 x 160 image against transformers 5.18 (tools/make_non_square.py). */
class NonSquareImageTest {
    private static final int[] PROMPT = {0, 2264, 473, 5, 2274, 6190, 116, 2};

    @Test
    void anImageThatIsNotSquareGivesTheFeaturesAndTheAnswerOfTheReference() throws IOException {
        JsonNode golden = golden();
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
                NoGrad noGrad = new NoGrad()) {
            Florence2Network network = new Florence2Network(checkpoint.config(), checkpoint.weights());
            try (PointerScope scope = new PointerScope()) {
                int height = golden.get("height").asInt();
                int width = golden.get("width").asInt();
                assertThat(checkpoint.config().vision().visualTokens(height, width))
                        .isEqualTo(golden.get("tokens").asInt());
                Tensor pixels = Tensors.ofFloats(network.device(), pixels(3 * height * width))
                        .view(1, 3, height, width);
                Tensor features = network.imageFeatures(pixels, Regularization.NONE);
                float[] values = Tensors.floats(features);
                assertThat(values).hasSize(golden.get("features").size());
                for (int i = 0; i < values.length; i++) {
                    assertThat((double) values[i])
                            .isCloseTo(golden.get("features").get(i).asDouble(), within(1e-4));
                }
                Tensor encoded = network.encode(
                        features,
                        Tensors.ofRows(network.device(), new int[][] {PROMPT}, 1),
                        new TensorOptional(),
                        Regularization.NONE);
                GenerationOptions options = GenerationOptions.from(
                                checkpoint.config().generation())
                        .maxNewTokens(16)
                        .build();
                GeneratedSequence sequence = new Generator(network)
                        .generate(
                                encoded,
                                new TensorOptional(),
                                options,
                                List.of(),
                                StopCondition.NEVER,
                                TokenListener.NONE)
                        .get(0)
                        .get(0);
                assertThat(sequence.ids())
                        .isEqualTo(golden.get("sequence")
                                .valueStream()
                                .mapToInt(JsonNode::asInt)
                                .toArray());
            }
        }
    }

    private static float[] pixels(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (2 * Math.sin(i * 0.37) * Math.cos(i * 0.0011));
        }
        return values;
    }

    private static JsonNode golden() throws IOException {
        try (InputStream file = NonSquareImageTest.class.getResourceAsStream("non-square.json")) {
            return new ObjectMapper().readTree(file);
        }
    }
}
