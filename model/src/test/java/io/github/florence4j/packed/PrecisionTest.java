package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.ScalarType;
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
        assertThat(Processor.read(cpuinfo).flags()).containsExactlyInAnyOrder("fpu", "avx512_bf16", "sse2");
        assertThat(Processor.read(folder.resolve("none")).flags()).isEmpty();
    }

    @Test
    void halfPrecisionIsChosenOnlyWhereTheProcessorMultipliesIt() {
        Processor with = new Processor(Set.of("avx512_bf16", "avx512_vnni"));
        Processor without = new Processor(Set.of("avx512_vnni"));
        assertThat(Precision.AUTO.resolve(with)).isEqualTo(Precision.BF16);
        assertThat(Precision.AUTO.resolve(without)).isEqualTo(Precision.FP32);
        assertThat(Precision.INT8.unpacked(with)).isEqualTo(ScalarType.BFloat16);
        assertThat(Precision.INT8.unpacked(without)).isEqualTo(ScalarType.Float);
        assertThat(Precision.BF16.unpacked(without)).isEqualTo(ScalarType.BFloat16);
        assertThat(Precision.FP32.unpacked(with)).isEqualTo(ScalarType.Float);
    }
}
