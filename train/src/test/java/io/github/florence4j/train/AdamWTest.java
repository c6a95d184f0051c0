package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final AdamW.Options OPTIONS = new AdamW.Options(0.9, 0.99, 1e-6, 0.1, false);

    /** The published algorithm, in double precision. */
    @Test
    void followsThePublishedAlgorithmAndSparesVectorsFromDecay() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> parameters = parameters();
            double[][] weights = {values(parameters.get("matrix")), values(parameters.get("vector"))};
            double[][] means = {new double[6], new double[3]};
            double[][] squares = {new double[6], new double[3]};
            Random random = new Random(1);
            try (AdamW optimizer = new AdamW(parameters, OPTIONS)) {
                for (int t = 1; t <= 5; t++) {
                    double rate = 0.1 / t;
                    int p = 0;
                    for (Tensor parameter : parameters.values()) {
                        double decay = parameter.dim() > 1 ? 0.1 : 0;
                        float[] gradient = gradient(random, parameter);
                        for (int i = 0; i < gradient.length; i++) {
                            weights[p][i] -= rate * decay * weights[p][i];
                            means[p][i] = 0.9 * means[p][i] + 0.1 * gradient[i];
                            squares[p][i] = 0.99 * squares[p][i] + 0.01 * gradient[i] * gradient[i];
                            double mean = means[p][i] / (1 - Math.pow(0.9, t));
                            double square = squares[p][i] / (1 - Math.pow(0.99, t));
                            weights[p][i] -= rate * mean / (Math.sqrt(square) + 1e-6);
                        }
                        p++;
                    }
                    optimizer.step(rate);
                }
            }
            int p = 0;
            for (Tensor parameter : parameters.values()) {
                assertThat(values(parameter)).containsExactly(weights[p++], within(1e-5));
            }
        }
    }

    @Test
    void goesOnFromASavedStateAsIfItHadNotStopped() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> straight = parameters();
            Map<String, Tensor> resumed = parameters();
            Map<String, Tensor> saved = new LinkedHashMap<>();
            try (AdamW whole = new AdamW(straight, OPTIONS);
                    AdamW before = new AdamW(resumed, OPTIONS);
                    AdamW after = new AdamW(resumed, OPTIONS)) {
                Random first = new Random(2);
                Random second = new Random(2);
                for (int t = 0; t < 6; t++) {
                    straight.values().forEach(parameter -> gradient(first, parameter));
                    resumed.values().forEach(parameter -> gradient(second, parameter));
                    whole.step(0.01);
                    if (t == 3) {
                        before.state().forEach((name, tensor) -> saved.put(name, tensor.clone()));
                        after.restore(saved);
                    }
                    (t < 3 ? before : after).step(0.01);
                }
                straight.forEach((name, tensor) ->
                        assertThat(tensor.equal(resumed.get(name))).as(name).isTrue());
                saved.remove("vector.exp_avg");
                assertThatThrownBy(() -> after.restore(saved))
                        .hasMessage("the optimizer's state has no vector.exp_avg; expected shape (3)");
            }
        }
    }

    /** The factor is what the gradients would be multiplied by before; a gradient in bfloat16 is as one of its values. */
    @Test
    void gradientsAreScaledAndWidenedOnTheWay() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> plain = parameters();
            Map<String, Tensor> scaled = parameters();
            try (AdamW before = new AdamW(plain, OPTIONS);
                    AdamW within = new AdamW(scaled, OPTIONS)) {
                for (int i = 0; i < 3; i++) {
                    for (String name : plain.keySet()) {
                        gradient(new Random(i), plain.get(name));
                        Tensor half = plain.get(name).grad().to(DType.BFLOAT16.scalarType());
                        plain.get(name).grad().copy_(half).mul_(new Scalar(0.25));
                        scaled.get(name)
                                .mutable_grad()
                                .put(name.equals("matrix") ? half : half.to(DType.FLOAT32.scalarType()));
                    }
                    long version = scaled.get("matrix")._version();
                    before.step(0.1);
                    within.step(0.1, 0.25);
                    assertThat(scaled.get("matrix")._version())
                            .as("libtorch's count of changes")
                            .isGreaterThan(version);
                }
            }
            plain.forEach((name, parameter) ->
                    assertThat(scaled.get(name).equal(parameter)).as(name).isTrue());
        }
    }

    /** Two gradients in bfloat16 add up in the parameter's precision. */
    @Test
    void sumsOfGradientsHaveTheParametersPrecision() {
        try (PointerScope scope = new PointerScope()) {
            Tensor parameter = parameters().get("vector");
            Gradients gradients = new Gradients(Map.of("vector", parameter));
            for (double value : new double[] {1, 0.00390625}) { // their sum needs nine bits, bfloat16 has eight
                Gradients.add(
                        parameter, torch.full(new long[] {3}, new Scalar(value)).to(DType.BFLOAT16.scalarType()));
            }
            assertThat(DType.of(parameter.grad())).isEqualTo(DType.FLOAT32);
            assertThat(gradients.norm()).isCloseTo(Math.sqrt(3) * 1.00390625, within(1e-6));
            Gradients.Scale scale = gradients.scale(2, 0.5);
            assertThat(scale.norm()).isCloseTo(Math.sqrt(3) * 1.00390625 / 2, within(1e-6));
            assertThat(scale.factor()).isCloseTo(0.5 / scale.norm() / 2, within(1e-6));
        }
    }

    @Test
    void aParameterWithoutGradientStaysAsItIs() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> parameters = parameters();
            Tensor before = parameters.get("matrix").detach().clone();
            try (AdamW optimizer = new AdamW(parameters, OPTIONS)) {
                gradient(new Random(3), parameters.get("vector"));
                optimizer.step(0.1);
                assertThat(parameters.get("matrix").equal(before)).isTrue();
                assertThat(optimizer.state().get("matrix.step").item_float()).isZero();
                assertThat(optimizer.state().get("vector.step").item_float()).isEqualTo(1);
            }
        }
    }

    @Test
    void gradientsAreClippedToTheirGlobalNorm() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> parameters = parameters();
            Gradients gradients = new Gradients(parameters);
            parameters.get("matrix").mutable_grad().put(torch.full(new long[] {2, 3}, new Scalar(6.0)));
            parameters.get("vector").mutable_grad().put(torch.full(new long[] {3}, new Scalar(2.0)));
            double norm = Math.sqrt(6 * 9 + 3); // after division by 2 tokens
            assertThat(gradients.normalize(2, 100)).isCloseTo(norm, within(1e-6));
            assertThat(gradients.norm()).isCloseTo(norm, within(1e-6));
            assertThat(gradients.normalize(1, 0.5)).isCloseTo(norm, within(1e-6));
            assertThat(gradients.norm()).isCloseTo(0.5, within(1e-6));
            parameters.get("vector").grad().fill_(new Scalar(Double.NaN));
            assertThat(gradients.normalize(1, 0.5)).isNaN();
            gradients.clear();
            assertThat(gradients.norms()).isEmpty();
        }
    }

    private static Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        Random random = new Random(0);
        for (String name : new String[] {"matrix", "vector"}) {
            long[] shape = name.equals("matrix") ? new long[] {2, 3} : new long[] {3};
            float[] values = new float[name.equals("matrix") ? 6 : 3];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            Tensor parameter = torch.tensor(values).view(shape);
            parameter.set_requires_grad(true);
            parameters.put(name, parameter);
        }
        return parameters;
    }

    /** Gives a parameter a random gradient and returns it. */
    private static float[] gradient(Random random, Tensor parameter) {
        float[] values = new float[(int) parameter.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        parameter.mutable_grad().put(torch.tensor(values).view(parameter.shape()));
        return values;
    }

    private static double[] values(Tensor tensor) {
        float[] floats = Tensors.floats(tensor.detach());
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }
}
