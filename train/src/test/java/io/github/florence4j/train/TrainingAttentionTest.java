package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.torch.DType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against libtorch's own scaled dot-product attention in double precision. */
class TrainingAttentionTest {
    @ParameterizedTest
    @CsvSource({
        "5, 7, false, false",
        "9, 9, true, false",
        "5, 7, false, true",
        "600, 610, false, true", // four heads at a time, and two more
        "1100, 1100, true, false", // one
        "1200, 1250, false, true" // weights that are computed again
    })
    void outputAndGradientsAreThoseOfLibtorch(int t, int s, boolean causal, boolean masked) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            List<Tensor> ours = leaves(t, s);
            List<Tensor> theirs =
                    ours.stream().map(x -> leaf(x.detach().clone())).toList();
            TensorOptional mask = masked ? new TensorOptional(mask(s)) : new TensorOptional();
            Tensor gradient = torch.randn(2, 3, t, 8).to(ScalarType.Double);
            Tensor expected = torch.scaled_dot_product_attention(
                    theirs.get(0), theirs.get(1), theirs.get(2), mask, 0, causal, new DoubleOptional(), false);
            GradientTape.backward(expected, gradient);
            try (GradientTape tape = new GradientTape(DType.FLOAT32)) {
                Tensor actual = TrainingAttention.attend(tape, ours.get(0), ours.get(1), ours.get(2), mask, 0, causal);
                assertClose(actual, expected);
                GradientTape.backward(actual, gradient);
                tape.backward();
            }
            for (int i = 0; i < 3; i++) {
                assertClose(ours.get(i).grad(), theirs.get(i).grad());
            }
        }
    }

    /** With dropout the output is linear in the values: its gradients are checked by differences along random directions. */
    @ParameterizedTest
    @CsvSource({"40, 50", "1200, 1250"}) // whose weights are kept, and computed again
    void gradientsWithDropoutAreThoseOfTheSameDraws(int t, int s) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            List<Tensor> inputs = leaves(t, s);
            Tensor weights = torch.randn(2, 3, t, 8).to(ScalarType.Double);
            try (GradientTape tape = new GradientTape(DType.FLOAT32)) {
                torch.manual_seed(9);
                Tensor out = TrainingAttention.attend(
                        tape, inputs.get(0), inputs.get(1), inputs.get(2), new TensorOptional(), 0.3, false);
                GradientTape.backward(out, weights);
                tape.backward();
            }
            double step = 1e-6;
            for (int i = 0; i < 3; i++) {
                Tensor direction = torch.randn_like(inputs.get(i).detach());
                double forward = value(moved(inputs, i, direction, step), weights);
                double backward = value(moved(inputs, i, direction, -step), weights);
                double expected = inputs.get(i).grad().mul(direction).sum().item_double();
                assertThat((forward - backward) / (2 * step))
                        .as("input %d", i)
                        .isCloseTo(expected, within(1e-6 * Math.abs(expected) + 1e-6));
            }
        }
    }

    @Test
    void dropoutKeepsTheMeanOfTheOutput() {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> inputs = leaves(4, 2000);
            Tensor ones = torch.ones_like(inputs.get(2).detach());
            try (GradientTape tape = new GradientTape(DType.FLOAT32)) {
                Tensor out = TrainingAttention.attend(
                        tape, inputs.get(0), inputs.get(1), ones, new TensorOptional(), 0.1, false);
                assertThat(out.detach().mean().item_double()).isCloseTo(1, within(0.02));
                assertThat(out.detach().std().item_double()).isBetween(0.003, 0.1);
            }
        }
    }

    private static double value(List<Tensor> inputs, Tensor weights) {
        try (GradientTape tape = new GradientTape(DType.FLOAT32)) {
            torch.manual_seed(9);
            return TrainingAttention.attend(
                            tape, inputs.get(0), inputs.get(1), inputs.get(2), new TensorOptional(), 0.3, false)
                    .mul(weights)
                    .sum()
                    .item_double();
        }
    }

    private static List<Tensor> moved(List<Tensor> inputs, int index, Tensor direction, double step) {
        List<Tensor> moved = new ArrayList<>(inputs.stream().map(Tensor::detach).toList());
        moved.set(index, moved.get(index).add(direction, new Scalar(step)));
        return moved;
    }

    private static List<Tensor> leaves(int t, int s) {
        return List.of(random(t), random(s), random(s));
    }

    /** Heads {@code (2, 3, length, 8)} that lie in memory as a projection leaves them. */
    private static Tensor random(int length) {
        return leaf(torch.randn(2, length, 3, 8).to(ScalarType.Double).transpose(1, 2));
    }

    private static Tensor leaf(Tensor x) {
        x.set_requires_grad(true);
        return x;
    }

    /** The last three positions of the second sample are hidden. */
    private static Tensor mask(int s) {
        Tensor mask = torch.zeros(2, 1, 1, s).to(ScalarType.Double);
        mask.select(0, 1).narrow(2, s - 3, 3).fill_(new Scalar(Double.NEGATIVE_INFINITY));
        return mask;
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.detach().sub(expected.detach()).abs().max().item_double())
                .isLessThan(1e-12 * expected.size(2));
    }
}
