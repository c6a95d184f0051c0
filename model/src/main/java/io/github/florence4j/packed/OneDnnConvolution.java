package io.github.florence4j.packed;

import io.github.florence4j.nn.Convolution;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A convolution in oneDNN's own weight format, which libtorch's makes of the weights anew in each call. */
final class OneDnnConvolution implements PackedConvolution {
    private static final long[] NO_DILATION = {1, 1};

    /** Channels of a block of the format. */
    private static final long BLOCK = 16;

    private final BoundOperator product;
    private final ScalarType type;

    /**
     * Whether a weight {@code (c_out, c_in / groups, k, k)} fills whole blocks of outputs. Packed otherwise, for operands of any size, it gives wrong
     * numbers in bfloat16 with oneDNN 3.7.1 (24, 40, 56 and 72 outputs by 6 to 12 %, on an AMD EPYC of Zen 5).
     */
    static boolean packs(Tensor weight) {
        return weight.size(0) % BLOCK == 0;
    }

    /**
     * Packs a convolution that {@link #packs}.
     *
     * @param weight {@code (c_out, c_in / groups, k, k)} in single precision or bfloat16
     * @param bias {@code (c_out)} in the same type
     */
    OneDnnConvolution(Tensor weight, Tensor bias, Convolution.Steps steps) {
        long[] stride = {steps.stride(), steps.stride()};
        long[] padding = {steps.padding(), steps.padding()};
        this.type = weight.scalar_type().intern();
        try (Tensor packed = Scopes.own(() -> Operators.call(
                        "mkldnn::_reorder_convolution_weight",
                        "",
                        weight.contiguous(),
                        padding,
                        stride,
                        NO_DILATION,
                        steps.groups(),
                        null));
                IValue none = Operators.noScalars()) {
            this.product = BoundOperator.of(
                    "mkldnn::_convolution_pointwise",
                    "",
                    BoundOperator.INPUT,
                    packed,
                    bias,
                    padding,
                    stride,
                    NO_DILATION,
                    steps.groups(),
                    "none",
                    none,
                    "");
        }
    }

    @Override
    public Tensor of(Tensor operand) {
        return product.call(operand.permute(0, 3, 1, 2)).permute(0, 2, 3, 1).contiguous();
    }

    @Override
    public ScalarType type() {
        return type;
    }

    @Override
    public void close() {
        product.close();
    }
}
