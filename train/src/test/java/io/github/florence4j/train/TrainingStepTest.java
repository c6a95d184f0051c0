package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.nn.Targets;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.weights.Part;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStepTest {
    private static final double TOLERANCE = 1e-5;

    /**
     * In double precision to ten digits; in single precision loss and norm to 1e-5, and single gradients to the 2e-5 by which
     * the frozen tower's map, whose values reach 505, depends on the batch size.
     */
    @ParameterizedTest
    @CsvSource({"1, FLOAT64, 1e-10", "2, FLOAT64, 1e-10", "1, FLOAT32, 3e-5", "2, FLOAT32, 3e-5"})
    void microBatchesGiveTheGradientsOfTheWholeBatch(int size, DType dtype, double tolerance) throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(dtype, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            TrainingStep step = new TrainingStep(tiny.network(), DType.FLOAT32, TrainingStep.CHUNK_ROWS);
            LossSum whole = step.accumulate(TinyTraining.rows(0, 8, dtype));
            double wholeNorm = tiny.gradients().normalize(whole.tokens(), Double.POSITIVE_INFINITY);
            Map<String, Tensor> expected = copies(tiny);
            tiny.gradients().clear();

            LossSum sum = LossSum.NONE;
            for (int first = 0; first < 8; first += size) {
                sum = sum.plus(step.accumulate(TinyTraining.rows(first, size, dtype)));
            }
            double norm = tiny.gradients().normalize(sum.tokens(), Double.POSITIVE_INFINITY);
            assertThat(sum.tokens()).isEqualTo(whole.tokens());
            assertThat(sum.mean()).isCloseTo(whole.mean(), within(TOLERANCE * whole.mean()));
            assertThat(norm).isCloseTo(wholeNorm, within(TOLERANCE * wholeNorm));
            assertSame(tiny, expected, tolerance);
        }
    }

    /** Of prompts of unequal length, so that parts of the batch need less padding than the whole. */
    @ParameterizedTest
    @CsvSource({"1, FLOAT64, 1e-10", "2, FLOAT64, 1e-10", "8, FLOAT64, 1e-10"})
    void examplesThatGoAtOnceChangeNoGradient(int atOnce, DType dtype, double tolerance) throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(dtype, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.golden(dtype);
            LossSum whole = new TrainingStep(tiny.network(), DType.FLOAT32, TrainingStep.CHUNK_ROWS).accumulate(batch);
            tiny.gradients().normalize(whole.tokens(), Double.POSITIVE_INFINITY);
            Map<String, Tensor> expected = copies(tiny);
            tiny.gradients().clear();
            LossSum parts = new TrainingStep(tiny.network(), DType.FLOAT32, TrainingStep.CHUNK_ROWS, Set.of(), atOnce)
                    .accumulate(batch);
            tiny.gradients().normalize(parts.tokens(), Double.POSITIVE_INFINITY);
            assertThat(parts.tokens()).isEqualTo(whole.tokens());
            assertThat(parts.sum()).isCloseTo(whole.sum(), within(TOLERANCE * whole.sum()));
            assertSame(tiny, expected, tolerance);
        }
    }

    /** libtorch's autocast casts every weight at every use; here layers keep the cast ones, and must notice each change. */
    @ParameterizedTest
    @ValueSource(
            ints = {4, 12}) // of four tokens, which attend to the encoder's output without keys and values, and of more
    void inBfloat16GradientsAreThoseOfLibtorchsAutocastBeforeAndAfterAStep(int answer) throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                AdamW optimizer = new AdamW(tiny.weights().parameters(), AdamW.Options.DEFAULT);
                PointerScope scope = new PointerScope()) {
            TrainingBatch pixels = TinyTraining.rows(0, 8, DType.FLOAT32);
            ImageInput map = tiny.network().advance(pixels.image(), ImageInput.Stage.TOWER_MAP, Regularization.NONE);
            Tensor labels = pixels.labels();
            assertThat(labels.size(1)).isGreaterThan(4);
            TrainingBatch batch = new TrainingBatch(
                    map,
                    pixels.promptIds(),
                    pixels.promptLengths(),
                    labels.narrow(1, 0, Math.min(answer, labels.size(1))));
            for (int i = 0; i < 3; i++) {
                Tensor loss;
                try (Autocast cast = Autocast.on(tiny.network().network().device(), DType.BFLOAT16)) {
                    Tensor hidden = tiny.network().hidden(batch, Regularization.NONE);
                    loss = Targets.crossEntropy(tiny.network().network().logits(hidden), batch.labels());
                }
                loss.backward();
                Map<String, Tensor> expected = copies(tiny);
                tiny.gradients().clear();
                LossSum sum = new TrainingStep(tiny.network(), DType.BFLOAT16, 16).accumulate(batch);
                assertThat(sum.mean()).isCloseTo(loss.item_double(), within(2e-3 * loss.item_double()));
                Gradients.Scale scale = tiny.gradients().scale(sum.tokens(), Double.POSITIVE_INFINITY);
                assertThat(cosine(tiny, expected)).isGreaterThan(0.9995);
                optimizer.step(1e-2, scale.factor());
                tiny.gradients().clear();
            }
        }
    }

    @Test
    void chunksOfRowsGiveTheGradientsOfTheMappedLoss() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.rows(0, 8, DType.FLOAT32);
            Tensor hidden = tiny.network().hidden(batch, Regularization.NONE);
            Tensor loss = Targets.crossEntropy(tiny.network().network().logits(hidden), batch.labels());
            loss.backward();
            Map<String, Tensor> expected = copies(tiny);
            for (int rows : new int[] {1, 7, 1000}) {
                tiny.gradients().clear();
                TrainingStep step = new TrainingStep(tiny.network(), DType.FLOAT32, rows);
                LossSum sum = step.accumulate(batch);
                tiny.gradients().normalize(sum.tokens(), Double.POSITIVE_INFINITY);
                assertThat(sum.mean()).isCloseTo(loss.item_double(), within(1e-5));
                assertThat(step.evaluate(batch).mean()).isCloseTo(loss.item_double(), within(1e-5));
                assertSame(tiny, expected, TOLERANCE);
            }
        }
    }

    /** From the tower's exact map: inside the tower, the random fixture's values of 505 have a grain of 2 in bfloat16. */
    @Test
    void aStepInBfloat16GoesTheSameWay() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            TrainingBatch pixels = TinyTraining.rows(0, 8, DType.FLOAT32);
            ImageInput map = tiny.network().advance(pixels.image(), ImageInput.Stage.TOWER_MAP, Regularization.NONE);
            TrainingBatch batch = new TrainingBatch(map, pixels.promptIds(), pixels.promptLengths(), pixels.labels());
            LossSum exact = new TrainingStep(tiny.network(), DType.FLOAT32, 16).accumulate(batch);
            tiny.gradients().normalize(exact.tokens(), Double.POSITIVE_INFINITY);
            Map<String, Tensor> expected = copies(tiny);
            tiny.gradients().clear();
            LossSum half = new TrainingStep(tiny.network(), DType.BFLOAT16, 16).accumulate(batch);
            tiny.gradients().normalize(half.tokens(), Double.POSITIVE_INFINITY);
            assertThat(half.mean()).isCloseTo(exact.mean(), within(0.01 * exact.mean()));
            assertThat(cosine(tiny, expected)).isGreaterThan(0.999);
        }
    }

    /** The copies of weights in bfloat16 follow the optimizer. */
    @Test
    void aStepInBfloat16WorksOnTheWeightsThatTheOptimizerMoved() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope();
                AdamW optimizer =
                        new AdamW(tiny.weights().parameters(), new AdamW.Options(0.9, 0.999, 1e-8, 0, false))) {
            TrainingBatch pixels = TinyTraining.rows(0, 8, DType.FLOAT32);
            ImageInput map = tiny.network().advance(pixels.image(), ImageInput.Stage.TOWER_MAP, Regularization.NONE);
            TrainingBatch batch = new TrainingBatch(map, pixels.promptIds(), pixels.promptLengths(), pixels.labels());
            TrainingStep step = new TrainingStep(tiny.network(), DType.BFLOAT16, 16);
            for (int i = 0; i < 3; i++) {
                tiny.gradients().clear();
                LossSum sum = step.accumulate(batch);
                tiny.gradients().normalize(sum.tokens(), Double.POSITIVE_INFINITY);
                optimizer.step(1e-3);
            }
            double exact = new TrainingStep(tiny.network(), DType.FLOAT32, 16)
                    .evaluate(batch)
                    .mean();
            tiny.gradients().clear();
            assertThat(step.evaluate(batch).mean()).isCloseTo(exact, within(0.01 * exact));
            assertThat(step.accumulate(batch).mean()).isCloseTo(exact, within(0.01 * exact));
        }
    }

    @Test
    void aFrozenTowerKeepsNoGraphAndItsMapCanBeGivenInstead() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            TrainingStep step = new TrainingStep(tiny.network(), DType.FLOAT32, 16);
            ImageInput map =
                    tiny.network().advance(batch.image(), tiny.network().latestStage(), Regularization.NONE);
            assertThat(map.stage()).isEqualTo(ImageInput.Stage.TOWER_MAP);
            assertThat(map.tensor().requires_grad()).isFalse();
            LossSum fromPixels = step.accumulate(batch);
            double norm = tiny.gradients().norm();
            tiny.gradients().clear();
            LossSum fromMap =
                    step.accumulate(new TrainingBatch(map, batch.promptIds(), batch.promptLengths(), batch.labels()));
            assertThat(fromMap).isEqualTo(fromPixels);
            assertThat(tiny.gradients().norm()).isEqualTo(norm);
        }
    }

    @Test
    void aFrozenTowerInBfloat16GivesWhatAutocastGives() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            ImageInput pixels = TinyTraining.golden(DType.FLOAT32).image();
            try (NoGrad noGrad = new NoGrad();
                    Autocast cast = Autocast.on(tiny.network().network().device(), DType.BFLOAT16)) {
                Tensor expected = tiny.network().network().visionTower().forward(pixels.tensor(), Regularization.NONE);
                for (int i = 0; i < 2; i++) {
                    try (PointerScope inner = new PointerScope()) {
                        Tensor map = tiny.network()
                                .advance(pixels, ImageInput.Stage.TOWER_MAP, Regularization.NONE)
                                .tensor();
                        assertThat(map.equal(expected)).isTrue();
                    }
                }
            }
        }
    }

    @Test
    void picturesFromBehindAPartThatTrainsAreRefused() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32);
                PointerScope scope = new PointerScope()) {
            ImageInput pixels = TinyTraining.golden(DType.FLOAT32).image();
            ImageInput map = new ImageInput(ImageInput.Stage.TOWER_MAP, pixels.tensor());
            assertThatThrownBy(() -> tiny.network().advance(map, ImageInput.Stage.VISUAL_TOKENS, Regularization.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("pictures come as TOWER_MAP, computed before training, but a part before that trains;"
                            + " expected PIXELS");
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-5", "BFLOAT16, 0.02"})
    void aFrozenDecoderAndEncoderStillLetTheProjectorLearn(DType precision, double tolerance) throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(
                        DType.FLOAT32, Part.VISION_TOWER, Part.ENCODER, Part.DECODER, Part.EMBEDDINGS);
                TinyTraining all = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            new TrainingStep(tiny.network(), precision, 16).accumulate(batch);
            new TrainingStep(all.network(), precision, 16).accumulate(batch);
            Map<String, Double> expected = all.gradients().norms();
            Map<String, Double> norms = tiny.gradients().norms();
            assertThat(norms.keySet())
                    .allMatch(name -> Part.of(name) == Part.PROJECTOR)
                    .hasSize(5);
            norms.forEach((name, norm) ->
                    assertThat(norm).as(name).isCloseTo(expected.get(name), within(tolerance * expected.get(name))));
        }
    }

    @Test
    void stepsLeaveNoNativeObjectsBehind() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32);
                AdamW optimizer = new AdamW(tiny.weights().parameters(), AdamW.Options.DEFAULT)) {
            TrainingStep step = new TrainingStep(tiny.network(), DType.FLOAT32, 16);
            long before = 0;
            for (int i = 0; i < 4; i++) {
                try (PointerScope scope = new PointerScope()) {
                    tiny.gradients().clear();
                    LossSum loss = step.accumulate(TinyTraining.golden(DType.FLOAT32));
                    tiny.gradients().normalize(loss.tokens(), 1);
                    optimizer.step(1e-5);
                }
                before = i == 0 ? Handles.settled() : before;
            }
            assertThat(NativeMemory.handles()).isLessThanOrEqualTo(before);
        }
    }

    private static Map<String, Tensor> copies(TinyTraining tiny) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        tiny.weights()
                .parameters()
                .forEach((name, parameter) -> copies.put(name, parameter.grad().clone()));
        return copies;
    }

    /** The whole gradient, as one vector, is where it should be. */
    private static void assertSame(TinyTraining tiny, Map<String, Tensor> expected, double tolerance) {
        double difference = 0;
        double squares = 0;
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            Tensor gradient = tiny.weights().get(entry.getKey()).grad();
            difference += gradient.sub(entry.getValue()).square().sum().item_double();
            squares += entry.getValue().square().sum().item_double();
        }
        assertThat(Math.sqrt(difference / squares)).isLessThan(tolerance);
    }

    /** The cosine of the angle between all gradients and others. */
    private static double cosine(TinyTraining tiny, Map<String, Tensor> others) {
        double dot = 0;
        double squares = 0;
        double otherSquares = 0;
        for (Map.Entry<String, Tensor> entry : others.entrySet()) {
            Tensor gradient = tiny.weights()
                    .get(entry.getKey())
                    .grad()
                    .to(entry.getValue().scalar_type());
            dot += gradient.mul(entry.getValue()).sum().item_double();
            squares += gradient.square().sum().item_double();
            otherSquares += entry.getValue().square().sum().item_double();
        }
        return dot / Math.sqrt(squares * otherSquares);
    }
}
