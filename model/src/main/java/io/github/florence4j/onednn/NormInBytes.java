package io.github.florence4j.onednn;

import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Layer normalisation over the last axis that gives bytes at once: {@code byte = norm(x) / scale + zero}, rounded and limited to 0 to 255. */
public final class NormInBytes {
    private static final int FLAGS = normalization_flags.use_scale.value | normalization_flags.use_shift.value;

    private record Shape(long rows, long channels, float eps) {}

    private final Tensor weight; // (c)
    private final Tensor bias; // (c)
    private final float eps;

    /** A norm with that weight and bias {@code (c)} in single precision, which are borrowed. */
    public NormInBytes(Tensor weight, Tensor bias, double eps) {
        this.weight = weight;
        this.bias = bias;
        this.eps = (float) eps;
    }

    /** Fills {@code bytes (n, c)}, unsigned, with the norm of {@code x (n, c)} in single precision; both without gaps. */
    public void run(Tensor x, Tensor bytes, double scale, long zero) {
        long rows = x.size(0);
        try (Tensor shift = bias.add(new Scalar(zero * scale))) { // zero comes before the division
            Kernels.of(new Shape(rows, weight.size(0), eps), () -> make(rows))
                    .run(List.of(x.data_ptr(), weight.data_ptr(), shift.data_ptr(), bytes.data_ptr()), scale);
        }
    }

    private Kernel make(long rows) {
        long channels = weight.size(0);
        memory.desc numbers = OneDnn.dense(memory.data_type.f32, rows, channels);
        memory.desc bytes = OneDnn.dense(memory.data_type.u8, rows, channels);
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_scales_mask(dnnl.DNNL_ARG_DST, 0);
        layer_normalization_forward.primitive_desc description = new layer_normalization_forward.primitive_desc(
                OneDnn.processor(), prop_kind.forward_inference.value, numbers, bytes, eps, FLAGS, attributes, false);
        return new Kernel(
                new layer_normalization_forward(description),
                description,
                List.of(
                        new Kernel.Operand(dnnl.DNNL_ARG_SRC, numbers),
                        new Kernel.Operand(dnnl.DNNL_ARG_SCALE, OneDnn.dense(memory.data_type.f32, channels)),
                        new Kernel.Operand(dnnl.DNNL_ARG_SHIFT, OneDnn.dense(memory.data_type.f32, channels)),
                        new Kernel.Operand(dnnl.DNNL_ARG_DST, bytes)),
                List.of(Kernel.Number.scale(dnnl.DNNL_ARG_DST)));
    }
}
