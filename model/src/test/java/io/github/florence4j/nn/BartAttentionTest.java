package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.randn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BartAttentionTest {
    private static final int WIDTH = 24;
    private static final int HEADS = 3;

    /** Random layers, with or without the matrices that let attention leave keys and values out. */
    private record Random(Map<String, Tensor> tensors, boolean withMatrices) implements Parameters.Source {
        @Override
        public Tensor get(String name) {
            return tensors.get(name);
        }

        @Override
        public boolean has(String name) {
            return tensors.containsKey(name);
        }

        @Override
        public LinearGroup linears(List<String> names) {
            LinearGroup plain = Parameters.Source.super.linears(names);
            return new LinearGroup() {
                @Override
                public List<Tensor> forward(Tensor x, Regularization regularization) {
                    assertThat(withMatrices && names.contains("k_proj"))
                            .as("keys and values are computed")
                            .isFalse();
                    return plain.forward(x, regularization);
                }

                @Override
                public List<Tensor> matrices(Regularization regularization) {
                    return withMatrices
                            ? names.stream()
                                    .map(name -> cat(
                                            new TensorVector(
                                                    get(name + ".weight"),
                                                    get(name + ".bias").unsqueeze(1),
                                                    get(name + ".bias").new_zeros(WIDTH, 2)),
                                            1))
                                    .toList()
                            : List.of();
                }
            };
        }
    }

    /** Output and gradients of weights, biases and both sequences, in double precision. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fewQueriesAttendToTheSameWithoutKeysAndValues(boolean masked) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(4);
            Map<String, Tensor> leaves = new HashMap<>();
            for (String name : new String[] {"q_proj", "k_proj", "v_proj", "out_proj"}) {
                leaves.put(name + ".weight", leaf(WIDTH, WIDTH));
                leaves.put(name + ".bias", leaf(WIDTH));
            }
            Tensor x = leaf(2, 4, WIDTH);
            Tensor other = leaf(2, 7, WIDTH);
            leaves.put("x", x);
            leaves.put("other", other);
            Tensor mask = torch.zeros(2, 1, 1, 7).to(ScalarType.Double);
            mask.select(0, 1).narrow(2, 5, 2).fill_(new Scalar(Double.NEGATIVE_INFINITY));
            TensorOptional hidden = masked ? new TensorOptional(mask) : new TensorOptional();
            Tensor direction = randn(2, 4, WIDTH).to(ScalarType.Double);

            Map<String, Tensor> expected = run(leaves, new Random(leaves, false), hidden, direction);
            Map<String, Tensor> actual = run(leaves, new Random(leaves, true), hidden, direction);
            expected.forEach((name, tensor) -> assertThat(
                            actual.get(name).sub(tensor).abs().max().item_double())
                    .as(name)
                    .isLessThan(1e-11)); // gradients reach 1e3
        }
    }

    private static Map<String, Tensor> run(
            Map<String, Tensor> leaves, Random source, TensorOptional mask, Tensor direction) {
        BartAttention attention = BartAttention.cross(Parameters.of(source), HEADS, 0);
        Tensor out = attention.attendTo(leaves.get("other"), leaves.get("x"), mask, Regularization.NONE);
        out.mul(direction).sum().backward();
        Map<String, Tensor> results = new HashMap<>(Map.of("output", out.detach()));
        leaves.forEach((name, leaf) -> {
            results.put(name, leaf.grad().clone());
            leaf.mutable_grad().reset();
        });
        return results;
    }

    private static Tensor leaf(long... shape) {
        Tensor leaf = randn(shape).to(ScalarType.Double);
        leaf.set_requires_grad(true);
        return leaf;
    }
}
