package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.weights.Part;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers that are computed again for their gradients, against the same layers kept. */
class GradientCheckpointingTest {
    private static final Set<Part> LAYERED = Set.of(Part.VISION_TOWER, Part.ENCODER, Part.DECODER);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"FLOAT32, 12", "BFLOAT16, 12", "BFLOAT16, 4"}) // answers of four tokens attend without keys and values
    void everyGradientIsTheSameBitForBitWithDropout(DType precision, int answer) throws Exception {
        try (TinyTraining tiny = TinyTraining.dropping(folder);
                PointerScope scope = new PointerScope()) {
            TrainingBatch whole = TinyTraining.rows(0, 3, DType.FLOAT32);
            TrainingBatch batch = new TrainingBatch(
                    whole.image(),
                    whole.promptIds(),
                    whole.promptLengths(),
                    whole.labels().narrow(1, 0, Math.min(answer, whole.labels().size(1))));
            Result kept = run(tiny, precision, Set.of(), batch, 5);
            Result recomputed = run(tiny, precision, LAYERED, batch, 5);
            Result otherDraws = run(tiny, precision, LAYERED, batch, 6);
            assertThat(recomputed.loss()).isEqualTo(kept.loss());
            assertThat(otherDraws.loss()).isNotEqualTo(kept.loss());
            assertThat(recomputed.gradients()).hasSameSizeAs(tiny.weights().parameters());
            kept.gradients().forEach((name, gradient) -> assertThat(
                            recomputed.gradients().get(name).equal(gradient))
                    .as(name)
                    .isTrue());
            assertThat(recomputed.draws()).isEqualTo(kept.draws());
        }
    }

    @Test
    void aFrozenEncoderLetsGradientsPassAsWell() throws Exception {
        try (TinyTraining tiny = TinyTraining.dropping(folder, Part.VISION_TOWER, Part.ENCODER, Part.EMBEDDINGS);
                PointerScope scope = new PointerScope()) {
            TrainingBatch batch = TinyTraining.rows(0, 2, DType.FLOAT32);
            Result kept = run(tiny, DType.FLOAT32, Set.of(), batch, 5);
            Result recomputed = run(tiny, DType.FLOAT32, LAYERED, batch, 5);
            kept.gradients().forEach((name, gradient) -> assertThat(
                            recomputed.gradients().get(name).equal(gradient))
                    .as(name)
                    .isTrue());
        }
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        try (TinyTraining tiny = TinyTraining.dropping(folder)) {
            long before = Long.MAX_VALUE;
            for (int i = 0; i < 4; i++) {
                try (PointerScope scope = new PointerScope()) {
                    run(tiny, DType.FLOAT32, LAYERED, TinyTraining.rows(0, 1, DType.FLOAT32), 5);
                    tiny.gradients().clear();
                }
                if (i == 0) {
                    before = Handles.settled();
                }
            }
            assertThat(NativeMemory.handles()).isLessThanOrEqualTo(before);
        }
    }

    private record Result(LossSum loss, Map<String, Tensor> gradients, byte[] draws) {}

    private static Result run(
            TinyTraining tiny, DType precision, Set<Part> recomputed, TrainingBatch batch, long seed) {
        tiny.gradients().clear();
        Seeds.set(seed);
        LossSum loss =
                new TrainingStep(tiny.network(), precision, TrainingStep.CHUNK_ROWS, recomputed, 8).accumulate(batch);
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        tiny.weights()
                .parameters()
                .forEach((name, parameter) ->
                        gradients.put(name, parameter.grad().clone()));
        return new Result(loss, gradients, Seeds.state());
    }
}
