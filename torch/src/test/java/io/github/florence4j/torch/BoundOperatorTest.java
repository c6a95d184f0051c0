package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Handles;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class BoundOperatorTest {
    @Test
    void fixedArgumentsAreThoseOfEveryCall() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.rand(4, 3);
            try (BoundOperator linear = BoundOperator.of("aten::linear", "", BoundOperator.INPUT, weight, null)) {
                for (int i = 0; i < 3; i++) {
                    Tensor x = torch.rand(2, 3);
                    assertThat(linear.call(x).equal(torch.linear(x, weight))).isTrue();
                }
            }
        }
    }

    @Test
    void inputsGoInOrderAndMustBeComplete() {
        try (PointerScope scope = new PointerScope();
                BoundOperator subtract = BoundOperator.of(
                        "aten::sub", "Tensor", BoundOperator.INPUT, BoundOperator.INPUT, new Scalar(2.0))) {
            Tensor a = torch.rand(2, 3);
            Tensor b = torch.rand(2, 3);
            assertThat(subtract.call(a, b).equal(a.sub(b.mul(new Scalar(2.0))))).isTrue();
            assertThatThrownBy(() -> subtract.call(a))
                    .hasMessage("the operator is called with 1 arguments; expected 2");
        }
    }

    @Test
    void anActivationIsPartOfAProduct() {
        try (PointerScope scope = new PointerScope();
                IValue none = Operators.noScalars()) {
            Tensor x = torch.rand(5, 32).sub(new Scalar(0.5));
            Tensor weight = torch.rand(16, 32).sub(new Scalar(0.5));
            Tensor packed = Operators.call("mkldnn::_reorder_linear_weight", "", weight, 5L);
            try (BoundOperator fused = BoundOperator.of(
                    "mkldnn::_linear_pointwise", "", BoundOperator.INPUT, packed, null, "gelu", none, "none")) {
                Tensor expected = torch.gelu(torch.linear(x, weight));
                assertThat(fused.call(x).sub(expected).abs().max().item_float()).isLessThan(1e-5f);
            }
        }
    }

    @Test
    void callsLeaveNothingBehindAndClosingFreesTheArguments() {
        long before = Handles.settled();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.rand(2, 3);
            try (BoundOperator relu = BoundOperator.of("aten::relu", "", BoundOperator.INPUT)) {
                relu.call(x).close();
                long within = NativeMemory.handles();
                for (int i = 0; i < 100; i++) {
                    relu.call(x).close();
                }
                assertThat(NativeMemory.handles()).isEqualTo(within);
            }
        }
        assertThat(NativeMemory.handles()).isLessThanOrEqualTo(before + 1); // the handle of the operator, kept for all
    }
}
