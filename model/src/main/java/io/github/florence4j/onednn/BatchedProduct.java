package io.github.florence4j.onednn;

import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.pytorch.Tensor;

/** Products of many small matrices in bfloat16, of views with any strides: nothing has to be copied into order before or after. */
public final class BatchedProduct {
    private final List<Step> then;

    /** What a result goes through, one after the other. */
    private record Step(algorithm function, float alpha) {}

    private record Shape(List<Step> then, boolean adding, Object shape) {}

    private final boolean adding;

    private BatchedProduct(List<Step> then, boolean adding) {
        this.then = then;
        this.adding = adding;
    }

    /** Products that fill their result. */
    public static BatchedProduct plain() {
        return new BatchedProduct(List.of(), false);
    }

    /** Products that are added to their result, in single precision. */
    public static BatchedProduct adding() {
        return new BatchedProduct(List.of(), true);
    }

    /** Products that fill their result with the exponential of {@code factor} times what they are. */
    public static BatchedProduct exponential(double factor) {
        return new BatchedProduct(
                List.of(new Step(algorithm.eltwise_linear, (float) factor), new Step(algorithm.eltwise_exp, 0)), false);
    }

    /**
     * {@code to (…, m, n)} of {@code a (…, m, k)} and {@code b (…, k, n)}.
     *
     * @param shape a value that tells operands of different shapes or strides apart
     */
    public void run(Object shape, Tensor a, Tensor b, Tensor to) {
        Kernels.of(new Shape(then, adding, shape), () -> make(OneDnn.formOf(a), OneDnn.formOf(b), OneDnn.formOf(to)))
                .run(List.of(a.data_ptr(), b.data_ptr(), to.data_ptr()));
    }

    private Kernel make(memory.desc a, memory.desc b, memory.desc to) {
        post_ops steps = new post_ops();
        then.forEach(step -> steps.append_eltwise(step.function(), step.alpha(), 0));
        if (adding) {
            steps.append_sum();
        }
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_post_ops(steps);
        matmul.primitive_desc description = new matmul.primitive_desc(OneDnn.processor(), a, b, to, attributes, false);
        return new Kernel(
                new matmul(description),
                description,
                List.of(
                        new Kernel.Operand(dnnl.DNNL_ARG_SRC, a),
                        new Kernel.Operand(dnnl.DNNL_ARG_WEIGHTS, b),
                        new Kernel.Operand(dnnl.DNNL_ARG_DST, to)),
                List.of());
    }
}
