package io.github.florence4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.onednn.ByteProduct.Result;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Threads;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each primitive of oneDNN against operators of libtorch in single precision. */
class PrimitivesTest {
    private static final double SCALE = 0.05;
    private static final long ZERO = 100;

    @BeforeEach
    void seed() {
        torch.manual_seed(1);
    }

    @Test
    void theLibraryComesWithTheNativesOfLinux() {
        boolean expected = System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
        assertThat(OneDnn.isAvailable()).isEqualTo(expected);
    }

    /** The order of packed weights depends on the number of threads that packed them. */
    @Test
    void weightsPackedWithOneThreadServeAnyNumber() {
        int threads = Threads.count();
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor weight = torch.randint(-127, 128, new long[] {1536, 512}).to(ScalarType.Char);
            Tensor bytes = torch.randint(0, 256, new long[] {1152, 512}).to(ScalarType.Byte);
            Threads.setHere(1);
            try (ByteProduct one = new ByteProduct(weight, torch.ones(1536), torch.zeros(1536), 1152)) {
                Threads.setHere(2);
                try (ByteProduct two = new ByteProduct(weight, torch.ones(1536), torch.zeros(1536), 64)) {
                    Tensor first = torch.zeros(1152, 1536);
                    Tensor second = torch.zeros(1152, 1536);
                    one.run(Result.ADDED, bytes, 1, ZERO, first);
                    two.run(Result.ADDED, bytes, 1, ZERO, second);
                    assertThat(torch.equal(first, second)).isTrue();
                }
            }
        } finally {
            Threads.setHere(threads);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {16, 64, 100})
    void aNormInBytesIsTheNormRoundedToBytes(long channels) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor weight = torch.randn(channels);
            Tensor bias = torch.randn(channels);
            Tensor x = torch.randn(37, channels).mul(new Scalar(3.0)).add(new Scalar(1.0));
            Tensor bytes = torch.empty(
                    new long[] {37, channels}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
            new NormInBytes(weight, bias, 1e-5).run(x, bytes, SCALE, ZERO);
            Tensor norm = torch.layer_norm(
                    x, new long[] {channels}, new TensorOptional(weight), new TensorOptional(bias), 1e-5, false);
            Tensor exact = norm.div(new Scalar(SCALE)).add(new Scalar((double) ZERO));
            assertThat(largest(bytes, exact.clamp(bounds(0), bounds(255)))).isLessThan(0.51); // rounded, and no more
        }
    }

    /** 300 rows are not those that the weights are packed for. */
    @ParameterizedTest
    @ValueSource(longs = {1, 64, 300})
    void aProductOfBytesIsThatOfTheNumbersTheyStandFor(long rows) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor weight = torch.randint(-127, 128, new long[] {96, 64}).to(ScalarType.Char);
            Tensor scales = torch.rand(96).mul(new Scalar(0.01));
            Tensor bias = torch.randn(96);
            Tensor bytes = torch.randint(0, 256, new long[] {rows, 64}).to(ScalarType.Byte);
            Tensor numbers =
                    bytes.to(ScalarType.Float).sub(new Scalar((double) ZERO)).mul(new Scalar(SCALE));
            Tensor exact = torch.matmul(numbers, weight.to(ScalarType.Float).t())
                    .mul(scales)
                    .add(bias);
            try (ByteProduct product = new ByteProduct(weight, scales, bias, 64)) {
                Tensor half =
                        torch.empty(exact.shape(), new TensorOptions(ScalarType.BFloat16), new MemoryFormatOptional());
                product.run(Result.HALF, bytes, SCALE, ZERO, half);
                assertThat(largest(half, exact.to(ScalarType.BFloat16))).isLessThan(0.05);
                Tensor sum = torch.randn(exact.shape());
                Tensor expected = sum.add(exact);
                product.run(Result.ADDED, bytes, SCALE, ZERO, sum);
                assertThat(largest(sum, expected)).isLessThan(1e-4);
                Tensor gelu = torch.empty(exact.shape());
                product.run(Result.GELU, bytes, SCALE, ZERO, gelu);
                assertThat(largest(gelu, torch.gelu(exact))).isLessThan(1e-4);
                Tensor inBytes =
                        torch.empty(exact.shape(), new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
                product.runGeluInBytes(bytes, SCALE, ZERO, inBytes, 0.02, 9);
                Tensor rounded = torch.gelu(exact).div(new Scalar(0.02)).add(new Scalar(9.0));
                assertThat(largest(inBytes, rounded.clamp(bounds(0), bounds(255))))
                        .isLessThan(0.52);
            }
        }
    }

    @Test
    void productsOfViewsOfAnyStridesAreThoseOfLibtorch() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor three = torch.randn(5, 40, 3, 4, 16).to(ScalarType.BFloat16); // (w, t, 3, h, d)
            Tensor parts = three.permute(2, 0, 3, 1, 4); // (3, w, h, t, d)
            Tensor q = parts.select(0, 0);
            Tensor k = parts.select(0, 1).transpose(2, 3);
            Tensor exact = torch.matmul(q.to(ScalarType.Float), k.to(ScalarType.Float));
            Tensor filled =
                    torch.empty(exact.shape(), new TensorOptions(ScalarType.BFloat16), new MemoryFormatOptional());
            BatchedProduct.plain().run("plain", q, k, filled);
            assertThat(relative(filled, exact)).isLessThan(0.004);
            BatchedProduct.exponential(0.25).run("exponential", q, k, filled);
            assertThat(relative(filled, exact.mul(new Scalar(0.25)).exp())).isLessThan(0.004);
            Tensor sum = torch.randn(exact.shape());
            Tensor expected = sum.add(exact);
            BatchedProduct.adding().run("adding", q, k, sum);
            assertThat(largest(sum, expected)).isLessThan(1e-4);
        }
    }

    @Test
    void numbersOfHalfPrecisionBecomeBytesInAnotherOrder() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor x = torch.randn(2, 3, 4, 5, 8).to(ScalarType.BFloat16);
            Tensor bytes = torch.empty(
                    new long[] {2, 4, 3, 5, 8}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
            HalfInBytes.run("order", x.permute(0, 2, 1, 3, 4), bytes, SCALE, ZERO);
            Tensor exact = x.to(ScalarType.Float)
                    .permute(0, 2, 1, 3, 4)
                    .div(new Scalar(SCALE))
                    .add(new Scalar((double) ZERO));
            assertThat(largest(bytes, exact)).isLessThan(0.51);
        }
    }

    private static ScalarOptional bounds(double value) {
        return new ScalarOptional(new Scalar(value));
    }

    private static double largest(Tensor found, Tensor expected) {
        return found.to(ScalarType.Float)
                .sub(expected.to(ScalarType.Float))
                .abs()
                .max()
                .item_double();
    }

    private static double relative(Tensor found, Tensor expected) {
        return found.to(ScalarType.Float).sub(expected).norm().item_double()
                / expected.norm().item_double();
    }
}
