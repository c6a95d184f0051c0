package io.github.florence4j.onednn;

import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.pytorch.Tensor;

/** Numbers of bfloat16 in bytes, from one order into another: {@code byte = x / scale + zero}, rounded and limited to 0 to 255. */
public final class HalfInBytes {
    private record Shape(Object shape) {}

    private HalfInBytes() {}

    /**
     * Fills {@code bytes}, unsigned, with {@code x}; both of the same shape and any strides.
     *
     * @param shape a value that tells operands of different shapes or strides apart
     */
    public static void run(Object shape, Tensor x, Tensor bytes, double scale, long zero) {
        Kernels.of(new Shape(shape), () -> make(x, bytes)).run(List.of(x.data_ptr(), bytes.data_ptr()), scale, zero);
    }

    private static Kernel make(Tensor x, Tensor bytes) {
        memory.desc from = OneDnn.formOf(x);
        memory.desc to = OneDnn.formOf(bytes);
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_scales_mask(dnnl.DNNL_ARG_DST, 0);
        attributes.set_zero_points_mask(dnnl.DNNL_ARG_DST, 0);
        reorder.primitive_desc description =
                new reorder.primitive_desc(OneDnn.processor(), from, OneDnn.processor(), to, attributes, false);
        return new Kernel(
                new reorder(description),
                description,
                List.of(new Kernel.Operand(dnnl.DNNL_ARG_FROM, from), new Kernel.Operand(dnnl.DNNL_ARG_TO, to)),
                List.of(Kernel.Number.scale(dnnl.DNNL_ARG_DST), Kernel.Number.zero(dnnl.DNNL_ARG_DST)));
    }
}
