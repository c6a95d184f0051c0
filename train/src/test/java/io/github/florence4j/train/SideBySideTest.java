package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Ways of sharing work within a step give the gradients of examples that run one by one. */
class SideBySideTest {
    private static final double TOLERANCE = 1e-10;
    private static final int[] PICTURES = {0, 0, 1, 1, 1, 2};

    /** Two answers of 60 tokens and four of 3: the padding would be 228 tokens. */
    private static TrainingBatch unequal() throws IOException {
        Random random = new Random(3);
        int[][] prompts = IntStream.range(0, PICTURES.length)
                .mapToObj(row -> random.ints(3 + row, 4, 50000).toArray())
                .toArray(int[][]::new);
        int[][] answers = IntStream.range(0, PICTURES.length)
                .mapToObj(row -> random.ints(row % 3 == 1 ? 60 : 3, 4, 50000).toArray())
                .toArray(int[][]::new);
        ImageInput pictures = TinyTraining.golden(DType.FLOAT64).image();
        Tensor rows = Tensors.ofLongs(
                pictures.tensor().device(),
                Arrays.stream(PICTURES).asLongStream().toArray());
        return new TrainingBatch(
                new ImageInput(ImageInput.Stage.PIXELS, pictures.tensor(), rows),
                Tensors.ofRows(rows.device(), prompts, 1),
                Arrays.stream(prompts).mapToInt(prompt -> prompt.length).toArray(),
                Tensors.ofRows(rows.device(), answers, -100));
    }

    /** One example of a batch with a picture of its own, cut to its own width. */
    private static TrainingBatch alone(TrainingBatch batch, int row) {
        Tensor labels = batch.labels().narrow(0, row, 1);
        long length = labels.ne(new org.bytedeco.pytorch.Scalar(-100)).sum().item_long();
        int prompt = batch.promptLengths()[row];
        return new TrainingBatch(
                new ImageInput(
                        ImageInput.Stage.PIXELS,
                        batch.image().tensor().narrow(0, PICTURES[row], 1).clone()),
                batch.promptIds().narrow(0, row, 1).narrow(1, 0, prompt),
                new int[] {prompt},
                labels.narrow(1, 0, length));
    }

    private static LossSum oneByOne(TinyTraining tiny, TrainingBatch batch) {
        TrainingStep step = step(tiny.network());
        LossSum sum = LossSum.NONE;
        for (int row = 0; row < PICTURES.length; row++) {
            sum = sum.plus(step.accumulate(alone(batch, row)));
        }
        return sum;
    }

    private static TrainingStep step(TrainingNetwork network) {
        return new TrainingStep(network, DType.FLOAT32, TrainingStep.CHUNK_ROWS);
    }

    @Test
    void aBatchInTwoPartsOverCommonPicturesHasTheGradientsOfItsExamples() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT64);
                PointerScope scope = new PointerScope()) {
            TrainingBatch batch = unequal();
            LossSum expected = oneByOne(tiny, batch);
            Map<String, Tensor> gradients = taken(tiny);

            LossSum sum = step(tiny.network()).accumulate(batch);

            assertThat(sum.tokens()).isEqualTo(expected.tokens());
            assertThat(sum.mean()).isCloseTo(expected.mean(), within(TOLERANCE));
            assertSame(gradients, taken(tiny));
        }
    }

    @Test
    void onlyMuchPaddingIsWorthTwoParts() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            TrainingBatch batch = unequal();
            List<TrainingBatch> parts = LengthGroups.of(batch);

            assertThat(parts).hasSize(2);
            assertThat(parts).extracting(part -> part.labels().size(0)).containsExactly(2L, 4L);
            assertThat(parts).extracting(part -> part.labels().size(1)).containsExactly(60L, 3L);
            assertThat(LengthGroups.of(TinyTraining.golden(DType.FLOAT64))).hasSize(1);
        }
    }

    @Test
    void twoWorkersGiveTheGradientsOfOneAndTheSameBitsEachTime() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT64);
                TrainingWeights leaves = tiny.weights().replica();
                Workers<TrainingStep> workers = new Workers<>(step(tiny.network()), tiny.gradients());
                PointerScope scope = new PointerScope()) {
            TrainingNetwork network = new TrainingNetwork(tiny.checkpoint().config(), leaves, leaves.trained());
            workers.add(step(network), new Gradients(leaves.parameters()));
            TrainingBatch batch = unequal();
            LossSum expected = oneByOne(tiny, batch);
            Map<String, Tensor> gradients = taken(tiny);

            LossSum sum = run(workers, batch);
            Map<String, Tensor> once = taken(tiny);
            workers.clear();
            run(workers, batch);
            Map<String, Tensor> again = taken(tiny);

            assertThat(sum.mean()).isCloseTo(expected.mean(), within(TOLERANCE));
            assertSame(gradients, once);
            once.forEach((name, tensor) ->
                    assertThat(tensor.equal(again.get(name))).as(name).isTrue());
        }
    }

    /** In bfloat16 every network works on copies of its weights. */
    @Test
    void anotherWorkerSeesWhatTheOptimizerDid() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32, Part.VISION_TOWER);
                TrainingWeights leaves = tiny.weights().replica();
                AdamW optimizer = new AdamW(tiny.weights().parameters(), AdamW.Options.DEFAULT);
                PointerScope scope = new PointerScope()) {
            TrainingNetwork network = new TrainingNetwork(tiny.checkpoint().config(), leaves, leaves.trained());
            TrainingStep first = new TrainingStep(tiny.network(), DType.BFLOAT16, TrainingStep.CHUNK_ROWS);
            TrainingStep second = new TrainingStep(network, DType.BFLOAT16, TrainingStep.CHUNK_ROWS);
            TrainingBatch batch = TinyTraining.golden(DType.FLOAT32);
            double before = second.accumulate(batch).mean();
            first.accumulate(batch);
            optimizer.step(1e-2);

            double after = second.accumulate(batch).mean();

            assertThat(after)
                    .isNotEqualTo(before)
                    .isEqualTo(first.accumulate(batch).mean());
        }
    }

    @Test
    void partsOfABatchTakeOnlyThePicturesOfTheirExamples() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            TrainingBatch part = unequal().rows(2, 3);

            assertThat(part.image().tensor().size(0)).isEqualTo(1);
            assertThat(part.image().perExample().size(0)).isEqualTo(3);
            assertThat(part.image()
                            .perExample()
                            .select(0, 2)
                            .equal(TinyTraining.golden(DType.FLOAT64)
                                    .image()
                                    .tensor()
                                    .select(0, 1)))
                    .isTrue();
        }
    }

    @Test
    void whatAWorkerThrowsArrivesWhereTheStepIsWaitedFor() throws Exception {
        try (TinyTraining tiny = TinyTraining.freezing(DType.FLOAT32);
                Workers<TrainingStep> workers = new Workers<>(step(tiny.network()), tiny.gradients())) {
            workers.add(step(tiny.network()), tiny.gradients());
            Workers.Share<TrainingStep, String> fails = step -> {
                throw new IOException("the disk is gone");
            };

            assertThatThrownBy(() -> workers.run(List.of(step -> "done", fails)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the disk is gone");
        }
    }

    /** All examples one by one, in turns. */
    private static LossSum run(Workers<TrainingStep> workers, TrainingBatch batch) throws IOException {
        LossSum sum = LossSum.NONE;
        for (int row = 0; row < PICTURES.length; row += 2) {
            TrainingBatch first = alone(batch, row);
            TrainingBatch second = alone(batch, row + 1);
            for (LossSum part :
                    workers.<LossSum>run(List.of(step -> step.accumulate(first), step -> step.accumulate(second)))) {
                sum = sum.plus(part);
            }
        }
        workers.gather();
        return sum;
    }

    private static Map<String, Tensor> taken(TinyTraining tiny) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        tiny.weights()
                .parameters()
                .forEach((name, parameter) -> copies.put(name, parameter.grad().clone()));
        tiny.gradients().clear();
        return copies;
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        double difference = 0;
        double squares = 0;
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            difference += actual.get(entry.getKey())
                    .sub(entry.getValue())
                    .square()
                    .sum()
                    .item_double();
            squares += entry.getValue().square().sum().item_double();
        }
        assertThat(Math.sqrt(difference / squares)).isLessThan(TOLERANCE);
    }
}
