package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class DTypeTest {
    @Test
    void everyTypeAgreesWithLibtorchOnItsSizeAndName() {
        for (DType dtype : DType.values()) {
            assertThat((long) dtype.bytes()).isEqualTo(torch.elementSize(dtype.scalarType()));
            assertThat(DType.ofSafetensors(dtype.safetensorsName())).contains(dtype);
            try (PointerScope scope = new PointerScope()) {
                assertThat(DType.of(torch.zeros(new long[] {1}, new TensorOptions(dtype.scalarType()))))
                        .isEqualTo(dtype);
            }
        }
    }

    @Test
    void precisionsAreParsedAsUsersWriteThem() {
        assertThat(DType.parse("BF16")).isEqualTo(DType.BFLOAT16);
        assertThat(DType.parse("float32")).isEqualTo(DType.FLOAT32);
        assertThat(DType.parse("fp16")).isEqualTo(DType.FLOAT16);
        assertThatThrownBy(() -> DType.parse("int8"))
                .hasMessage("precision is \"int8\"; expected float32, float16 or bfloat16");
    }

    @Test
    void aShapeOfOneSizeIsThatSizeAndNotThatManyZeros() {
        try (LongVector shape = Shapes.of(64)) {
            assertThat(shape.get()).containsExactly(64);
        }
        assertThat(Shapes.count(List.of())).isEqualTo(1);
        assertThat(Shapes.format(List.of(2L, 3L))).isEqualTo("(2, 3)");
    }
}
