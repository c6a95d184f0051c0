package io.github.florence4j.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
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

    /** Measures for about a second; products with weights of 4, 2 or 1 bytes. */
    public static MachineLimits measure(int bytesPerWeight) {
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
            case 1 -> fbgemm(x, weight, bias);
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

    private static double fbgemm(Tensor x, Tensor weight, Tensor bias) {
        Tensor scales = weight.abs().amax(new long[] {1}, false).div(new Scalar(127)); // (out)
        Tensor bytes = weight.div(scales.unsqueeze(1)).round().to(ScalarType.Char);
        Tensor quantized = Operators.call(
                "aten::_make_per_channel_quantized_tensor",
                "",
                bytes,
                scales.to(ScalarType.Double),
                torch.zeros_like(scales).to(ScalarType.Long),
                0L);
        try (IValue packed = Operators.callForValue("quantized::linear_prepack", "", quantized, bias);
                BoundOperator product =
                        BoundOperator.of("quantized::linear_dynamic", "", BoundOperator.INPUT, packed, true)) {
            return fastest(() -> product.call(x));
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
