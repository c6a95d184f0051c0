package io.github.florence4j.onednn;

import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear layer with weights in 8 bits, symmetric, with a scale for each output, of operands in bytes: {@code scale * (byte - zero)}. Sums are in 32
 * bits, so nothing is cut off.
 */
public final class ByteProduct implements AutoCloseable {
    /** What becomes of a result. */
    public enum Result {
        /** It is given in bfloat16. */
        HALF,
        /** It is added to what is there, in single precision. */
        ADDED,
        /** Its exact (erf) GELU is given in single precision. */
        GELU,
        /** Its exact (erf) GELU is given in bytes of a scale and a zero. */
        GELU_IN_BYTES
    }

    /** How weights were packed: oneDNN chooses their order by the number of rows and of threads. */
    private record Packing(long rows, int threads, long inputs, long outputs) {}

    private record Shape(long rows, Result result, Packing weights) {}

    private final long inputs;
    private final long outputs;
    private final Packing packing;
    private final Tensor scales; // (out)
    private final Tensor bias; // (out)
    private final memory packed; // (in, out) in an order of oneDNN's
    private final Pointer weights; // where they lie

    /**
     * Packs {@code weight (out, in)} in signed bytes, with the scales and the bias {@code (out)} of its outputs, both in single precision; all three are
     * copied.
     *
     * @param rows how many rows operands will have, about
     */
    public ByteProduct(Tensor weight, Tensor scales, Tensor bias, long rows) {
        this.outputs = weight.size(0);
        this.inputs = weight.size(1);
        this.packing = new Packing(rows, Threads.count(), inputs, outputs);
        this.packed = Scopes.own(() -> packed(weight));
        this.weights = Scopes.own(packed::get_data_handle);
        this.scales = Scopes.own(scales::clone);
        this.bias = Scopes.own(bias::clone);
    }

    private memory packed(Tensor weight) {
        memory.desc any = new memory.desc(new long[] {inputs, outputs}, memory.data_type.s8, memory.format_tag.any);
        memory.desc columns = OneDnn.strided(memory.data_type.s8, new long[] {inputs, outputs}, new long[] {1, inputs});
        memory plain = new memory(columns, OneDnn.processor(), weight.data_ptr());
        memory packed = new memory(
                description(new Shape(packing.rows(), Result.HALF, packing), any)
                        .weights_desc(),
                OneDnn.processor());
        new reorder(plain, packed).execute(OneDnn.stream(), plain, packed);
        return packed;
    }

    /**
     * Fills or adds to {@code to (n, out)}, in single precision or bfloat16 as {@code result} says, with the layer of {@code bytes (n, in)}; both
     * without gaps.
     */
    public void run(Result result, Tensor bytes, double scale, long zero, Tensor to) {
        kernel(result, bytes).run(memories(bytes, to), scale, zero);
    }

    /** Fills {@code to (n, out)}, unsigned bytes of that scale and zero, with the GELU of the layer of {@code bytes (n, in)}. */
    public void runGeluInBytes(Tensor bytes, double scale, long zero, Tensor to, double toScale, long toZero) {
        kernel(Result.GELU_IN_BYTES, bytes).run(memories(bytes, to), scale, zero, toScale, toZero);
    }

    private List<Pointer> memories(Tensor bytes, Tensor to) {
        return List.of(bytes.data_ptr(), to.data_ptr(), weights, scales.data_ptr(), bias.data_ptr());
    }

    private Kernel kernel(Result result, Tensor bytes) {
        Shape shape = new Shape(bytes.size(0), result, packing);
        return Kernels.of(shape, () -> make(shape));
    }

    private Kernel make(Shape shape) {
        matmul.primitive_desc description = description(shape, packed.get_desc());
        List<Kernel.Number> numbers =
                new ArrayList<>(List.of(Kernel.Number.scale(dnnl.DNNL_ARG_SRC), Kernel.Number.zero(dnnl.DNNL_ARG_SRC)));
        if (shape.result() == Result.GELU_IN_BYTES) {
            numbers.add(Kernel.Number.scale(dnnl.DNNL_ARG_DST));
            numbers.add(Kernel.Number.zero(dnnl.DNNL_ARG_DST));
        }
        return new Kernel(
                new matmul(description),
                description,
                List.of(
                        new Kernel.Operand(dnnl.DNNL_ARG_SRC, source(shape)),
                        new Kernel.Operand(dnnl.DNNL_ARG_DST, result(shape)),
                        new Kernel.Operand(dnnl.DNNL_ARG_WEIGHTS, Scopes.own(packed::get_desc)),
                        new Kernel.Operand(
                                dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS,
                                OneDnn.dense(memory.data_type.f32, outputs)),
                        new Kernel.Operand(dnnl.DNNL_ARG_BIAS, vector())),
                numbers);
    }

    private matmul.primitive_desc description(Shape shape, memory.desc weights) {
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_scales_mask(dnnl.DNNL_ARG_SRC, 0);
        attributes.set_zero_points_mask(dnnl.DNNL_ARG_SRC, 0);
        attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, 1 << 1); // one for each output
        post_ops then = new post_ops();
        switch (shape.result()) {
            case HALF -> {}
            case ADDED -> then.append_sum();
            case GELU -> then.append_eltwise(algorithm.eltwise_gelu_erf, 0, 0);
            case GELU_IN_BYTES -> {
                then.append_eltwise(algorithm.eltwise_gelu_erf, 0, 0);
                attributes.set_scales_mask(dnnl.DNNL_ARG_DST, 0);
                attributes.set_zero_points_mask(dnnl.DNNL_ARG_DST, 0);
            }
        }
        attributes.set_post_ops(then);
        return new matmul.primitive_desc(
                OneDnn.processor(), source(shape), weights, vector(), result(shape), attributes, false);
    }

    private memory.desc source(Shape shape) {
        return OneDnn.dense(memory.data_type.u8, shape.rows(), inputs);
    }

    private memory.desc vector() {
        return OneDnn.dense(memory.data_type.f32, 1, outputs);
    }

    private memory.desc result(Shape shape) {
        memory.data_type type =
                switch (shape.result()) {
                    case HALF -> memory.data_type.bf16;
                    case ADDED, GELU -> memory.data_type.f32;
                    case GELU_IN_BYTES -> memory.data_type.u8;
                };
        return OneDnn.dense(type, shape.rows(), outputs);
    }

    @Override
    public void close() {
        weights.close();
        packed.close();
        scales.close();
        bias.close();
    }
}
