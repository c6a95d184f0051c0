package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Handles;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Compares boxed calls with the same operators as the binding maps them. */
class OperatorsTest {
    @Test
    void callsByNameAndOverloadGiveWhatTheMappedFunctionsGive() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.rand(2, 3);
            Tensor b = torch.rand(2, 3);
            Tensor sum = Operators.call("aten::add", "Tensor", a, b, new Scalar(2.0));
            assertThat(sum.equal(a.add(b.mul(new Scalar(2.0))))).isTrue();
            Tensor mean = Operators.call("aten::mean", "dim", a, new long[] {1}, true, DType.FLOAT64);
            assertThat(mean.shape()).containsExactly(2, 1);
            assertThat(DType.of(mean)).isEqualTo(DType.FLOAT64);
        }
    }

    @Test
    void callsWithNumbersTextsAndNothing() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.rand(2, 3);
            assertThat(Operators.call("aten::gelu", "", a, "none").equal(torch.gelu(a)))
                    .isTrue();
            assertThat(Operators.call("aten::layer_norm", "", a, new long[] {3}, null, null, 1e-5, true)
                            .equal(torch.layer_norm(a, 3)))
                    .isTrue();
            assertThat(Operators.call("aten::select", "int", a, 0, 1L).equal(a.select(0, 1)))
                    .isTrue();
        }
    }

    @Test
    void listsOfTensorsAreChangedInPlace() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.ones(2, 3);
            Tensor b = torch.ones(4);
            Operators.run("aten::_foreach_mul_", "Scalar", List.of(a, b), new Scalar(3.0));
            assertThat(a.sum().item_float()).isEqualTo(18);
            assertThat(b.sum().item_float()).isEqualTo(12);
            assertThatThrownBy(() -> Operators.run("aten::_foreach_mul_", "Scalar", List.of("a"), new Scalar(3.0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("java.lang.String");
        }
    }

    @Test
    void repeatedCallsLeaveNothingBehind() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.rand(2, 3);
            Operators.call("aten::relu", "", a).close();
            long before = Handles.settled();
            for (int i = 0; i < 100; i++) {
                Operators.call("aten::relu", "", a).close();
            }
            assertThat(NativeMemory.handles()).isEqualTo(before);
        }
    }

    @Test
    void anUnknownOperatorOrArgumentIsNamed() {
        assertThatThrownBy(() -> Operators.call("aten::no_such_thing", "out"))
                .hasMessage("libtorch has no operator aten::no_such_thing.out");
        assertThatThrownBy(() -> Operators.call("aten::relu", "", new Object()))
                .hasMessageContaining("an operator argument is a java.lang.Object");
    }
}
