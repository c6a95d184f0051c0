package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Handles;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Scripts against the same operators called one by one. */
class ScriptTest {
    @Test
    void linesAreComputedInOrderOnConstantsAndArguments() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.rand(4, 3);
            Script.Builder builder = new Script.Builder();
            builder.line("y = torch.linear(x, %s)".formatted(builder.tensor(weight)));
            builder.line("y = torch.add_(y, others[1])");
            Script script = builder.compile("x: Tensor, others: List[Tensor], factor: float", "torch.mul(y, factor)");
            for (int i = 0; i < 3; i++) {
                Tensor x = torch.rand(2, 3);
                Tensor more = torch.rand(2, 4);
                Tensor expected = torch.linear(x, weight).add(more).mul(new Scalar(0.5));
                assertThat(script.call(x, List.of(x, more), 0.5).equal(expected))
                        .isTrue();
            }
        }
    }

    @Test
    void anOptionalTensorMayBeMissing() {
        try (PointerScope scope = new PointerScope()) {
            Script script = new Script.Builder()
                    .compile("q: Tensor, mask: Optional[Tensor]", "torch.scaled_dot_product_attention(q, q, q, mask)");
            Tensor q = torch.rand(1, 2, 5, 4);
            Tensor nothingHidden = torch.zeros(5, 5);
            assertThat(script.call(q, null)
                            .sub(script.call(q, nothingHidden))
                            .abs()
                            .max()
                            .item_float())
                    .isLessThan(1e-6f);
        }
    }

    @Test
    void operatorsOfAllNamespacesAndPackedWeightsCanBeUsed() {
        try (PointerScope scope = new PointerScope();
                IValue packed =
                        Operators.callForValue("quantized::linear_prepack_fp16", "", torch.eye(8), torch.ones(8))) {
            Script.Builder builder = new Script.Builder();
            String weights = builder.packed(packed);
            Script script = builder.compile("x: Tensor", "ops.quantized.linear_dynamic_fp16(x, %s)".formatted(weights));
            Tensor x = torch.arange(new Scalar(24.0)).view(3, 8);
            assertThat(script.call(x).equal(x.add(new Scalar(1.0)))).isTrue();
        }
    }

    @Test
    void whatCannotBeCompiledIsShown() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> new Script.Builder()
                            .line("y = torch.no_such_operator(x)")
                            .compile("x: Tensor", "y"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no_such_operator");
        }
    }

    @Test
    void whatAnOperatorRefusesIsToldAsItTellsIt() {
        try (PointerScope scope = new PointerScope()) {
            Script script = new Script.Builder().compile("x: Tensor", "torch.view(x, [5])");
            assertThatThrownBy(() -> script.call(torch.ones(3)))
                    .hasMessageStartingWith("shape '[5]' is invalid for input of size 3");
        }
    }

    @Test
    void compilingAndCallingLeaveNothingBehind() {
        compileAndCall();
        long before = Handles.settled();
        compileAndCall();
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    private static void compileAndCall() {
        try (PointerScope scope = new PointerScope()) {
            Script script = new Script.Builder().compile("x: Tensor", "torch.relu(x)");
            script.call(torch.rand(3));
        }
    }
}
