package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TrainingRegularizationTest {
    private final TrainingRegularization regularization =
            new TrainingRegularization(new GradientTape(DType.FLOAT32), false, true);

    @Test
    void aDroppedPathIsZeroForTheWholeSampleAndAKeptOneIsScaled() {
        try (PointerScope scope = new PointerScope()) {
            Seeds.set(7);
            Tensor dropped = regularization.dropPath(torch.ones(1000, 2, 3), 0.25);
            float[] values = Tensors.floats(dropped);
            int kept = 0;
            for (int sample = 0; sample < 1000; sample++) {
                float first = values[sample * 6];
                assertThat(first).isIn(0f, 4 / 3f);
                for (int i = 1; i < 6; i++) {
                    assertThat(values[sample * 6 + i]).isEqualTo(first);
                }
                kept += first > 0 ? 1 : 0;
            }
            assertThat(kept / 1000.0).isCloseTo(0.75, within(0.05)); // 3.6 standard deviations
        }
    }

    @Test
    void droppedElementsAreZeroAndKeptOnesAreScaled() {
        try (PointerScope scope = new PointerScope()) {
            Seeds.set(7);
            Tensor dropped = regularization.dropout(torch.ones(100, 100), 0.1);
            assertThat(dropped.count_nonzero().item_long() / 10000.0).isCloseTo(0.9, within(0.012));
            assertThat(dropped.max().item_float()).isCloseTo(1 / 0.9f, within(1e-5f));
        }
    }

    @Test
    void theSeedDecidesEveryDraw() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.ones(50, 8);
            Seeds.set(3);
            Tensor once = torch.cat(new TensorVector(regularization.dropout(x, 0.5), regularization.dropPath(x, 0.5)));
            Seeds.set(3);
            Tensor again = torch.cat(new TensorVector(regularization.dropout(x, 0.5), regularization.dropPath(x, 0.5)));
            Tensor next = torch.cat(new TensorVector(regularization.dropout(x, 0.5), regularization.dropPath(x, 0.5)));
            assertThat(again.equal(once)).isTrue();
            assertThat(next.equal(once)).isFalse();
        }
    }

    @Test
    void aRateOfZeroDrawsNothing() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.ones(2, 2);
            assertThat(regularization.dropout(x, 0)).isSameAs(x);
            assertThat(regularization.dropPath(x, 0)).isSameAs(x);
        }
    }
}
