package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrecisionTest {
    @ParameterizedTest
    @EnumSource
    void itsNameIsReadBack(Precision precision) {
        assertThat(Precision.parse(precision.toString())).isEqualTo(precision);
    }

    @Test
    void otherNamesAreRefusedWithThoseThatAreKnown() {
        assertThatThrownBy(() -> Precision.parse("fp8"))
                .hasMessage("precision is \"fp8\"; expected fp32, bf16, int8 or auto");
    }

    @Test
    void autoIsNeverIntegers() {
        assertThat(Precision.AUTO.resolve()).isIn(Precision.FP32, Precision.BF16);
        assertThat(Precision.INT8.resolve()).isEqualTo(Precision.INT8);
    }

    @Test
    void theFlagsOfAProcessorAreThoseThatLinuxTells(@TempDir Path folder) throws IOException {
        Path cpuinfo = Files.writeString(
                folder.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: fpu avx512_bf16 sse2\nbugs\t\t: none\n");
        assertThat(Processor.flags(cpuinfo)).containsExactlyInAnyOrder("fpu", "avx512_bf16", "sse2");
        assertThat(Processor.flags(folder.resolve("none"))).isEmpty();
    }
}
