package io.github.florence4j.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.conv2d;

import io.github.florence4j.nn.Convolution;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NoGrad;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions in packed form against libtorch's own. */
class PackedConvolutionTest {
    private static final long INPUTS = 32;
    private static final long OUTPUTS = 48;

    /** Those of the tower, and others: kernel, stride, padding, outputs, some of which fill no block of oneDNN. */
    @ParameterizedTest
    @CsvSource({"3, 2, 1, 48", "7, 4, 3, 48", "2, 2, 0, 40", "3, 1, 1, 24", "5, 3, 2, 56", "3, 2, 1, 80"})
    void giveTheConvolutionOfLibtorch(int kernel, int stride, int padding, long outputs) {
        Convolution.Steps steps = new Convolution.Steps(stride, padding, 1);
        for (long height : new long[] {24, 25, 27}) {
            try (PointerScope scope = new PointerScope();
                    NoGrad noGrad = new NoGrad()) {
                torch.manual_seed(height);
                Tensor weight = torch.randn(outputs, INPUTS, kernel, kernel).mul(new Scalar(0.1));
                Tensor bias = torch.randn(outputs);
                // Rows of two maps, between others.
                Tensor map = torch.randn(2, height + 3, 22, INPUTS)
                        .add(new Scalar(0.5))
                        .narrow(1, 1, height);
                Tensor expected = reference(map, weight, bias, steps);
                assertThat(OneDnnConvolution.packs(weight)).isEqualTo(outputs == 48 || outputs == 80);
                if (OneDnnConvolution.packs(weight)) {
                    try (PackedConvolution single = new OneDnnConvolution(weight, bias, steps);
                            PackedConvolution half = new OneDnnConvolution(half(weight), half(bias), steps)) {
                        assertThat(single.type()).isEqualTo(ScalarType.Float);
                        assertThat(half.type()).isEqualTo(ScalarType.BFloat16);
                        assertThat(error(single.of(map), expected)).isLessThan(1e-6);
                        assertThat(error(half.of(half(map)), expected)).isLessThan(0.005);
                    }
                }
                try (PackedConvolution bytes = new OneDnnByteConvolution(weight, bias, steps)) {
                    assertThat(bytes.type()).isEqualTo(ScalarType.Float);
                    assertThat(error(bytes.of(map), expected)).isBetween(1e-4, 0.02);
                }
            }
        }
    }

    @Test
    void aDepthwiseConvolutionIsThatOfLibtorch() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(3);
            Convolution.Steps steps = new Convolution.Steps(1, 1, INPUTS);
            Tensor weight = torch.randn(INPUTS, 1, 3, 3);
            Tensor bias = torch.randn(INPUTS);
            Tensor map = torch.randn(2, 11, 9, INPUTS);
            try (PackedConvolution packed = new OneDnnConvolution(weight, bias, steps)) {
                assertThat(error(packed.of(map), reference(map, weight, bias, steps)))
                        .isLessThan(1e-6);
            }
        }
    }

    /** The padding is the byte of zero, also where that is not zero; the second part goes beyond the range of the first. */
    @Test
    void partsOfAMapInBytesGiveTheirConvolutions() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(4);
            Convolution.Steps steps = new Convolution.Steps(2, 1, 1);
            Tensor weight = torch.randn(OUTPUTS, INPUTS, 3, 3).mul(new Scalar(0.1));
            Tensor bias = torch.randn(OUTPUTS);
            try (PackedConvolution packed = new OneDnnByteConvolution(weight, bias, steps)) {
                Convolution.Product parts = packed.forParts();
                assertThat(parts.type()).isEqualTo(packed.type());
                for (double size : new double[] {1, 0.95, 7, 6, 0.3}) {
                    Tensor map =
                            torch.randn(1, 8, 10, INPUTS).sub(new Scalar(1.0)).mul(new Scalar(size));
                    // A part of a third of the range has a third of the steps.
                    assertThat(error(parts.of(map), reference(map, weight, bias, steps)))
                            .isLessThan(size == 0.3 ? 0.2 : 0.02);
                }
            }
        }
    }

    /** Of one place and in single precision they lie in memory as they are quantised. */
    @Test
    void weightsThatAreQuantisedInPiecesGiveTheirConvolutionAndStayAsTheyAre() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(5);
            Convolution.Steps steps = new Convolution.Steps(1, 0, 1);
            Tensor weight = torch.randn(1040, 1024, 1, 1); // 1,024 rows are read at once
            Tensor bias = torch.randn(1040);
            Tensor before = weight.clone();
            Tensor map = torch.randn(1, 4, 6, 1024);
            try (PackedConvolution packed = new OneDnnByteConvolution(weight, bias, steps)) {
                Tensor expected = reference(map, before, bias, steps);
                Tensor found = packed.of(map);
                assertThat(error(found, expected)).isLessThan(0.02);
                assertThat(error(found.narrow(3, 1024, 16), expected.narrow(3, 1024, 16)))
                        .isLessThan(0.02);
            }
            assertThat(torch.equal(weight, before)).isTrue();
        }
    }

    @Test
    void closingFreesTheWeights() {
        long before = Handles.settled();
        for (int i = 0; i < 3; i++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor weight = torch.randn(OUTPUTS, INPUTS, 3, 3);
                Convolution.Steps steps = new Convolution.Steps(2, 1, 1);
                new OneDnnConvolution(weight, torch.randn(OUTPUTS), steps).close();
                new OneDnnByteConvolution(weight, torch.randn(OUTPUTS), steps).close();
            }
        }
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    private static Tensor reference(Tensor map, Tensor weight, Tensor bias, Convolution.Steps steps) {
        long[] stride = {steps.stride(), steps.stride()};
        long[] padding = {steps.padding(), steps.padding()};
        long[] dilation = {1, 1};
        return conv2d(
                        map.permute(0, 3, 1, 2),
                        weight,
                        new TensorOptional(bias),
                        stride,
                        padding,
                        dilation,
                        steps.groups())
                .permute(0, 2, 3, 1);
    }

    private static Tensor half(Tensor x) {
        return x.to(ScalarType.BFloat16);
    }

    private static double error(Tensor found, Tensor expected) {
        assertThat(found.shape()).isEqualTo(expected.shape());
        return found.to(ScalarType.Float).sub(expected).norm().item_double()
                / expected.norm().item_double();
    }
}
