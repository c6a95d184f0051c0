package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.weights.ExpectedTensors;
import java.io.IOException;
import java.util.List;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** The work that is counted by formula against the shapes of the weights. */
class WorkTest {
    @Test
    void theWeightsOfTheTowerAreThoseOfItsMatricesAndFullConvolutions() throws IOException {
        Florence2Config config = Florence2Config.read(Fixtures.path("tiny-transformers"));
        double counted = sum(
                config,
                (name, shape) -> (name.contains("vision_tower") || name.contains("projector"))
                        && !name.contains("pos")
                        && shape.size() >= 2
                        && !(shape.size() == 4 && shape.get(1) == 1));
        assertThat(Work.visionWeights(config)).isEqualTo(counted);
    }

    @Test
    void aStepMultipliesTheDecoderWithoutTheEncodersKeysAndTheHead() throws IOException {
        Florence2Config config = Florence2Config.read(Fixtures.path("tiny-transformers"));
        double counted = sum(
                config,
                (name, shape) -> shape.size() == 2
                        && (name.endsWith("shared.weight")
                                || (name.contains(".decoder.layers.")
                                        && !name.contains("encoder_attn.k_proj")
                                        && !name.contains("encoder_attn.v_proj"))));
        assertThat(Work.stepWeights(config)).isEqualTo(counted);
    }

    @Test
    void everyPositionOfAStageMultipliesItsWeights() throws IOException {
        Florence2Config config = Florence2Config.read(Fixtures.path("tiny-transformers"));
        double once = Work.visionOperations(config, 256, 256);
        double four = Work.visionOperations(config, 512, 512);
        assertThat(four / once).isCloseTo(4, within(0.01)); // but for one visual token, the mean
    }

    @Test
    void aTrainingStepMultipliesEveryWeightOfTheLanguageModelThreeTimes() throws IOException {
        Florence2Config config = Florence2Config.read(Fixtures.path("tiny-transformers"));
        double encoder = sum(config, (name, shape) -> shape.size() == 2 && name.contains(".encoder.layers."));
        double d = config.text().dModel();
        double layers = config.text().encoderLayers();
        // An image without tokens and a question of 7 or 11 tokens: the decoder's own work is the same.
        double seven = Work.cachedStepOperations(config, 0, 7, 5);
        double eleven = Work.cachedStepOperations(config, 0, 11, 5);
        double attention = layers * 2 * (11 * 11 - 7 * 7) * d;
        double cross = config.text().decoderLayers() * 4 * (2 * d * d + 2 * 5 * d);
        assertThat(eleven - seven).isCloseTo(6 * (4 * encoder + attention + cross), within(1.0));
    }

    private static double sum(Florence2Config config, BiPredicate<String, List<Long>> counts) {
        return ExpectedTensors.of(config).entrySet().stream()
                .filter(entry -> counts.test(entry.getKey(), entry.getValue()))
                .mapToDouble(entry ->
                        entry.getValue().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b))
                .sum();
    }
}
