package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.InferenceOnly;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class HalfLinearTest {
    @Test
    void trainsAfterItGaveAnAnswer() throws Exception {
        try (PointerScope scope = new PointerScope();
                Autocast half = Autocast.on(Devices.cpu(), DType.BFLOAT16);
                GradientTape tape = new GradientTape(DType.BFLOAT16)) {
            torch.manual_seed(2);
            Tensor weight = torch.randn(6, 5).requires_grad_(true);
            HalfLinear layer = new HalfLinear(weight, new TensorOptional());
            Tensor x = torch.randn(3, 5);
            Tensor answer;
            try (InferenceOnly inference = new InferenceOnly()) {
                answer = layer.forward(x, Regularization.NONE);
            }

            Tensor trained = layer.forward(x, new TrainingRegularization(tape, false, false));
            GradientTape.backward(trained, torch.ones_like(trained.detach()));
            tape.backward();

            assertThat(trained.detach().equal(answer)).isTrue();
            Tensor expected = x.sum(new long[] {0}, false, new ScalarTypeOptional());
            Tensor error =
                    weight.grad().to(torch.ScalarType.Float).sub(expected).abs();
            assertThat(error.max().item_double()).isLessThan(0.02);
            layer.close();
        }
    }
}
