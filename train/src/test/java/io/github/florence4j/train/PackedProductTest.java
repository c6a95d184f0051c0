package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Operators;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear layers in training in bfloat16, against libtorch's own in double precision. */
class PackedProductTest {
    private static final long IN = 512;
    private static final long OUT = 528;
    private static final long ROWS = 300;
    private static final double HALF = 0.01; // of the largest: what rounding to bfloat16 costs

    /** Layers with weights and biases that train, and the same in double precision. */
    private static final class Layers {
        final List<Tensor> weights = new ArrayList<>();
        final List<Tensor> biases = new ArrayList<>();
        final List<HalfLinear> layers = new ArrayList<>();
        final List<Tensor> expectedWeights = new ArrayList<>();
        final List<Tensor> expectedBiases = new ArrayList<>();

        Layers(int count, boolean trains) {
            for (int i = 0; i < count; i++) {
                weights.add(torch.randn(OUT, IN).mul_(new Scalar(0.05)).set_requires_grad(trains));
                biases.add(torch.randn(OUT).set_requires_grad(trains));
                layers.add(new HalfLinear(weights.get(i), new TensorOptional(biases.get(i))));
                expectedWeights.add(inDouble(weights.get(i)));
                expectedBiases.add(inDouble(biases.get(i)));
            }
        }

        List<Tensor> expected(Tensor x) {
            List<Tensor> results = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                results.add(torch.linear(x, expectedWeights.get(i), new TensorOptional(expectedBiases.get(i))));
            }
            return results;
        }
    }

    private static Tensor inDouble(Tensor x) {
        return x.detach().to(ScalarType.Double).set_requires_grad(x.requires_grad());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void resultsAndGradientsOfTwoPassesAreThoseOfDoublePrecision(int count) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            Layers all = new Layers(count, true);
            HalfLinears group = new HalfLinears(all.layers);
            for (int pass = 0; pass < 2; pass++) {
                Tensor x = torch.randn(2, ROWS, IN).set_requires_grad(true);
                Tensor expectedX = inDouble(x);
                List<Tensor> expected = all.expected(expectedX);
                try (GradientTape tape = new GradientTape(DType.BFLOAT16)) {
                    Regularization regularization = new TrainingRegularization(tape, false, false);
                    List<Tensor> results;
                    try (Autocast cast = Autocast.on(x.device(), DType.BFLOAT16)) {
                        results = count == 1
                                ? List.of(all.layers.get(0).forward(x, regularization))
                                : group.forward(x, regularization);
                    }
                    for (int i = 0; i < count; i++) {
                        assertClose(results.get(i), expected.get(i));
                        Tensor factors = torch.randn(2, ROWS, OUT);
                        GradientTape.backward(results.get(i), factors.to(ScalarType.BFloat16));
                        GradientTape.backward(expected.get(i), factors.to(ScalarType.Double));
                    }
                    tape.backward();
                }
                assertClose(x.grad(), expectedX.grad());
            }
            for (int i = 0; i < count; i++) {
                assertClose(
                        all.weights.get(i).grad(), all.expectedWeights.get(i).grad());
                assertClose(all.biases.get(i).grad(), all.expectedBiases.get(i).grad());
            }
            all.layers.forEach(HalfLinear::close);
            group.close();
        }
    }

    /** So that what the other tests compare is this product, wherever the library has it, and not the way around it. */
    @Test
    void itTakesManyRowsOfLargeWeightsWhereTheLibraryCan() {
        try (PointerScope scope = new PointerScope();
                GradientTape tape = new GradientTape(DType.BFLOAT16);
                IValue can = Operators.callForValue("mkldnn::_is_mkldnn_bf16_supported", "")) {
            TrainingRegularization pass = new TrainingRegularization(tape, false, false);
            PackedProduct large = HalfLinear.product(new Layers(3, true).layers);
            PackedProduct frozen = HalfLinear.product(new Layers(1, false).layers);
            Tensor x = torch.randn(ROWS, IN);
            assertThat(large.takes(x, pass)).isEqualTo(can.toBool());
            assertThat(frozen.takes(x, Regularization.NONE)).isEqualTo(can.toBool());
            assertThat(large.takes(torch.randn(12, IN), pass)).isFalse();
            assertThat(frozen.takes(x, pass)).isFalse();
        }
    }

    @Test
    void changedWeightsAreTakenInTheNextPass() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(2);
            Layers all = new Layers(1, true);
            Tensor x = torch.randn(ROWS, IN);
            try (Autocast cast = Autocast.on(x.device(), DType.BFLOAT16)) {
                Tensor first = all.layers.get(0).forward(x, Regularization.NONE);
                all.weights.get(0).mul_(new Scalar(2));
                all.biases.get(0).mul_(new Scalar(2));
                Tensor second = all.layers.get(0).forward(x, Regularization.NONE);
                assertClose(second, first.to(ScalarType.Double).mul(new Scalar(2)));
            }
            all.layers.forEach(HalfLinear::close);
        }
    }

    /** An adapter carries a gradient of the same input on, in libtorch's graph. */
    @Test
    void frozenLayersLeaveTheGradientOfTheirInputToLibtorch() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(3);
            Layers all = new Layers(1, false);
            Tensor x = torch.randn(ROWS, IN).set_requires_grad(true);
            Tensor expectedX = inDouble(x);
            Tensor between = x.sigmoid(); // its gradient can be passed on only once
            try (GradientTape tape = new GradientTape(DType.BFLOAT16);
                    Autocast cast = Autocast.on(x.device(), DType.BFLOAT16)) {
                Tensor y = all.layers.get(0).forward(between, new TrainingRegularization(tape, false, false));
                y.to(ScalarType.Float).sum().add(between.sum()).backward();
                tape.backward();
            }
            Tensor expectedBetween = expectedX.sigmoid();
            all.expected(expectedBetween)
                    .get(0)
                    .sum()
                    .add(expectedBetween.sum())
                    .backward();
            assertClose(x.grad(), expectedX.grad());
            all.layers.forEach(HalfLinear::close);
        }
    }

    /** Of three layers the second has no bias, and the loss does not depend on the third. */
    @Test
    void aResultThatNoLossDependsOnAndALayerWithoutBiasLeaveTheOthersGradientsRight() {
        try (PointerScope scope = new PointerScope();
                GradientTape tape = new GradientTape(DType.BFLOAT16)) {
            torch.manual_seed(4);
            Layers all = new Layers(3, true);
            HalfLinears group = new HalfLinears(List.of(
                    all.layers.get(0), new HalfLinear(all.weights.get(1), new TensorOptional()), all.layers.get(2)));
            Tensor x = torch.randn(ROWS, IN).set_requires_grad(true);
            Tensor expectedX = inDouble(x);
            List<Tensor> results;
            try (Autocast cast = Autocast.on(x.device(), DType.BFLOAT16)) {
                results = group.forward(x, new TrainingRegularization(tape, false, false));
            }
            for (int i = 0; i < 2; i++) {
                results.get(i).to(ScalarType.Float).square().sum().backward();
                torch.linear(
                                expectedX,
                                all.expectedWeights.get(i),
                                i == 0 ? new TensorOptional(all.expectedBiases.get(0)) : new TensorOptional())
                        .square()
                        .sum()
                        .backward();
            }
            tape.backward();
            assertClose(x.grad(), expectedX.grad());
            for (int i = 0; i < 2; i++) {
                assertClose(
                        all.weights.get(i).grad(), all.expectedWeights.get(i).grad());
            }
            assertClose(all.biases.get(0).grad(), all.expectedBiases.get(0).grad());
            assertThat(all.biases.get(1).grad().defined()).isFalse();
            assertThat(all.weights.get(2).grad().abs().max().item_double()).isZero();
            group.close();
        }
    }

    @Test
    void aBiasThatTrainsBesideAFrozenWeightGetsItsGradient() {
        try (PointerScope scope = new PointerScope();
                GradientTape tape = new GradientTape(DType.BFLOAT16)) {
            torch.manual_seed(5);
            Tensor bias = torch.randn(OUT).set_requires_grad(true);
            HalfLinear layer = new HalfLinear(torch.randn(OUT, IN), new TensorOptional(bias));
            for (Regularization regularization :
                    List.of(Regularization.NONE, new TrainingRegularization(tape, false, false))) {
                try (Autocast cast = Autocast.on(bias.device(), DType.BFLOAT16)) {
                    layer.forward(torch.randn(ROWS, IN), regularization)
                            .to(ScalarType.Float)
                            .sum()
                            .backward();
                }
                assertClose(bias.grad(), torch.full(new long[] {OUT}, new Scalar((double) ROWS)));
                bias.mutable_grad().reset();
            }
            layer.close();
        }
    }

    @Test
    void layersThatAreComputedAgainHaveTheGradientsOfThoseThatAreKept() {
        List<double[]> sums = new ArrayList<>();
        for (boolean recompute : new boolean[] {false, true}) {
            try (PointerScope scope = new PointerScope();
                    GradientTape tape = new GradientTape(DType.BFLOAT16)) {
                torch.manual_seed(6);
                Layers all = new Layers(1, true);
                Tensor x = torch.randn(ROWS, IN).set_requires_grad(true);
                Regularization regularization = new TrainingRegularization(tape, recompute, false);
                try (Autocast cast = Autocast.on(x.device(), DType.BFLOAT16)) {
                    regularization
                            .layer(x, in -> all.layers.get(0).forward(regularization.fork(in), regularization))
                            .to(ScalarType.Float)
                            .square()
                            .sum()
                            .backward();
                }
                tape.backward();
                sums.add(new double[] {
                    x.grad().abs().sum().item_double(),
                    all.weights.get(0).grad().abs().sum().item_double(),
                    all.biases.get(0).grad().abs().sum().item_double()
                });
                all.layers.forEach(HalfLinear::close);
            }
        }
        assertThat(sums.get(1)).containsExactly(sums.get(0));
    }

    @Test
    void stepsLeaveNoNativeMemoryBehind() {
        long before = Handles.settled();
        for (int step = 0; step < 5; step++) {
            resultsAndGradientsOfTwoPassesAreThoseOfDoublePrecision(3);
        }
        assertThat(Handles.settled()).isLessThanOrEqualTo(before);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        Tensor error = actual.to(ScalarType.Double).sub(expected);
        assertThat(error.abs().max().item_double())
                .isLessThan(HALF * expected.abs().max().item_double());
    }
}
