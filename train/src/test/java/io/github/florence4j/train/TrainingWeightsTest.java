package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.TensorNames;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TrainingWeightsTest {
    @Test
    void trainsTheTensorsForWhichTheReferenceHasGradients() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32)) {
            for (String run : new String[] {"all", "vision_frozen"}) {
                Set<Part> frozen = run.equals("all") ? Set.of() : Set.of(Part.VISION_TOWER);
                try (TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), frozen)) {
                    Set<String> expected = new HashSet<>();
                    Fixtures.json("generation.json")
                            .at("/training/" + run + "/first_step_clipped_grad_norms")
                            .fieldNames()
                            .forEachRemaining(expected::add);
                    assertThat(weights.parameters().keySet()).isEqualTo(expected);
                    assertThat(weights.parameters().values()).allMatch(Tensor::requires_grad);
                }
            }
        }
    }

    @Test
    void theTokenTableIsOneTensorThatBelongsToTheEmbeddings() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
                TrainingWeights weights =
                        TrainingWeights.of(checkpoint.weights(), EnumSet.complementOf(EnumSet.of(Part.EMBEDDINGS)))) {
            assertThat(weights.parameters().keySet()).containsExactly(TensorNames.TOKEN_TABLE);
            for (String name : TensorNames.TIED) {
                assertThat(weights.get(name)).isSameAs(weights.get(TensorNames.TOKEN_TABLE));
            }
            assertThat(weights.describe())
                    .isEqualTo("1,642,496 of 2,452,672 parameters train; "
                            + "vision_tower, projector, encoder, decoder frozen");
        }
    }

    @Test
    void writingToACopyLeavesTheCheckpointAsItIs() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
                TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), Set.of(Part.DECODER));
                PointerScope scope = new PointerScope()) {
            String name = TensorNames.IMAGE_PROJECTION;
            Tensor original = checkpoint.weights().get(name).clone();
            weights.get(name).detach().add_(new Scalar(1));
            assertThat(checkpoint.weights().get(name).equal(original)).isTrue();
            assertThat(weights.current().get(name).equal(original)).isFalse();
            String frozen = "model.language_model.decoder.layers.0.fc1.weight";
            assertThat(weights.get(frozen)).isSameAs(checkpoint.weights().get(frozen));
            assertThat(weights.get(frozen).requires_grad()).isFalse();
            assertThat(weights.current().names()).isEqualTo(checkpoint.weights().names());
        }
    }

    @Test
    void weightsThatTrainInPlaceNeedNoCopyAndLeaveTheFileAsItIs() throws Exception {
        String name = TensorNames.IMAGE_PROJECTION;
        byte[] file = Files.readAllBytes(Fixtures.path("tiny-transformers/model.safetensors"));
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
                TrainingWeights weights = TrainingWeights.inPlace(checkpoint.weights(), Set.of(Part.DECODER));
                PointerScope scope = new PointerScope()) {
            Tensor original = checkpoint.weights().get(name).clone();
            assertThat(weights.get(name).data_ptr())
                    .isEqualTo(checkpoint.weights().get(name).data_ptr());
            assertThat(weights.get(name).requires_grad()).isTrue();
            assertThat(checkpoint.weights().get(name).requires_grad()).isFalse();
            weights.get(name).detach().add_(new Scalar(1));
            assertThat(weights.current().get(name).equal(original)).isFalse();
            assertThat(Files.readAllBytes(Fixtures.path("tiny-transformers/model.safetensors")))
                    .isEqualTo(file);
        }
    }

    @Test
    void halfPrecisionIsRefusedForWhatTrainsOnly() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.BFLOAT16)) {
            assertThatThrownBy(() -> TrainingWeights.of(checkpoint.weights(), Set.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(" is bfloat16; weights that train are loaded as float32");
            try (TrainingWeights none = TrainingWeights.of(checkpoint.weights(), EnumSet.allOf(Part.class))) {
                assertThat(none.trainableCount()).isZero();
            }
        }
    }
}
