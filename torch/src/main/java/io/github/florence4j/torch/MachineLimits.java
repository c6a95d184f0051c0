package io.github.florence4j.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What this machine can do at most, as measured with libtorch's own kernels and threads: the roof over every model's speed.
 *
 * @param operationsPerSecond multiplications and additions of matrix products with packed weights
 * @param bytesPerSecond bytes read from memory
 */
public record MachineLimits(double operationsPerSecond, double bytesPerSecond) {
    static {
        NativeSettings.apply();
    }

    /** A product of the size of those in the middle of the vision tower. */
    private static final int ROWS = 2304;

    private static final int IN = 512;
    private static final int OUT = 2048;
    private static final int REPEATS = 8;

    /** More than any cache holds: 128 MB. */
    private static final long ELEMENTS = 32L << 20;

    /** Whether libtorch has what is measured: its builds for macOS have no oneDNN. */
    public static boolean isSupported() {
        return Operators.exists("mkldnn::_reorder_linear_weight", "");
    }

    /** Measures for about a second; products with weights of 4, 2 or 1 bytes. */
    public static MachineLimits measure(int bytesPerWeight) {
        Threads.useAllCores();
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            double product = product(bytesPerWeight);
            Tensor large = torch.ones(ELEMENTS);
            double reading = fastest(large::sum);
            return new MachineLimits(2.0 * ROWS * IN * OUT / product, 4.0 * ELEMENTS / reading);
        }
    }

    /** Seconds of the product. */
    private static double product(int bytesPerWeight) {
        Tensor x = torch.randn(ROWS, IN);
        Tensor weight = torch.randn(OUT, IN);
        Tensor bias = torch.randn(OUT);
        return switch (bytesPerWeight) {
            case 4 -> oneDnn(x, weight, bias);
            case 2 -> oneDnn(x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16), bias.to(ScalarType.BFloat16));
            case 1 -> bytes(x, weight, bias);
            default ->
                throw new IllegalArgumentException("a weight has " + bytesPerWeight + " bytes; expected 4, 2 or 1");
        };
    }

    private static double oneDnn(Tensor x, Tensor weight, Tensor bias) {
        Tensor packed = Operators.call("mkldnn::_reorder_linear_weight", "", weight, (long) ROWS);
        try (IValue none = Operators.noScalars();
                BoundOperator product = BoundOperator.of(
                        "mkldnn::_linear_pointwise", "", BoundOperator.INPUT, packed, bias, "none", none, "")) {
            return fastest(() -> product.call(x));
        }
    }

    /** Of bytes by bytes, without finding the scale of the operand. */
    private static double bytes(Tensor x, Tensor weight, Tensor bias) {
        Tensor scales = weight.abs().amax(new long[] {1}, false).div(new Scalar(127)); // (out)
        Tensor bytes = weight.div(scales.unsqueeze(1)).round().to(ScalarType.Char);
        Tensor packed = Operators.call("onednn::qlinear_prepack", "", bytes, new long[] {ROWS, IN});
        Tensor operand = x.mul(new Scalar(30))
                .add(new Scalar(128))
                .clamp(new ScalarOptional(new Scalar(0)), new ScalarOptional(new Scalar(255)))
                .to(ScalarType.Byte);
        try (IValue none = Operators.noScalars();
                BoundOperator product = BoundOperator.of(
                        "onednn::qlinear_pointwise",
                        "",
                        BoundOperator.INPUT,
                        1.0 / 30,
                        128L,
                        packed,
                        scales,
                        torch.zeros_like(scales).to(ScalarType.Int),
                        bias,
                        1.0,
                        0L,
                        DType.FLOAT32,
                        "none",
                        none,
                        "")) {
            return fastest(() -> product.call(operand));
        }
    }

    private static double fastest(Supplier<Tensor> work) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < REPEATS; i++) {
            try (PointerScope scope = new PointerScope()) {
                long start = System.nanoTime();
                Tensor unused = work.get();
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
        }
        return best;
    }
}
