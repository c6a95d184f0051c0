package io.github.florence4j.onednn;

import io.github.florence4j.torch.Scopes;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The library: whether it is there, and what all its primitives share. */
public final class OneDnn {
    private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);
    private static final boolean AVAILABLE = load();

    private OneDnn() {}

    /** Whether the library is on the class path for this machine; it is an extra, without which libtorch's operators serve. */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    /** Whether what this package offers can be computed here; tried once, for oneDNN has its own ways to tell what a processor can do. */
    public static boolean isUsable() {
        return AVAILABLE && Trial.PASSED;
    }

    /** Each operation once, on next to nothing. */
    private static final class Trial {
        static final boolean PASSED = passes();

        private static boolean passes() {
            try (PointerScope scope = new PointerScope()) {
                Tensor numbers = torch.ones(16, 16);
                Tensor half = numbers.to(torch.ScalarType.BFloat16);
                Tensor bytes = numbers.to(torch.ScalarType.Byte);
                new NormInBytes(numbers.select(0, 0), numbers.select(0, 1), 1e-5).run(numbers, bytes.clone(), 1, 0);
                HalfInBytes.run("trial", half, bytes.clone(), 1, 0);
                BatchedProduct.exponential(1)
                        .run(
                                "trial",
                                half.unsqueeze(0),
                                half.unsqueeze(0),
                                half.clone().unsqueeze(0));
                try (ByteProduct product = new ByteProduct(
                        numbers.to(torch.ScalarType.Char), numbers.select(0, 0), numbers.select(0, 1), 16)) {
                    product.run(ByteProduct.Result.HALF, bytes, 1, 0, half.clone());
                    product.run(ByteProduct.Result.ADDED, bytes, 1, 0, numbers.clone());
                    product.runGeluInBytes(bytes, 1, 0, bytes.clone(), 1, 0);
                }
                return true;
            } catch (RuntimeException e) {
                LOG.info("oneDNN does not compute in bytes here, libtorch does: {}", e.getMessage());
                return false;
            }
        }
    }

    private static boolean load() {
        try {
            torch.get_num_threads(); // libtorch comes first: both share its threads
            Loader.load(dnnl.class);
            return true;
        } catch (LinkageError | RuntimeException e) { // the latter where a part of it was left out
            LOG.debug("oneDNN is not on the class path", e);
            return false;
        }
    }

    /** Made when the first primitive is. */
    private static final class Shared {
        static final engine PROCESSOR = Scopes.own(() -> new engine(engine.kind.cpu, 0));
        static final ThreadLocal<stream> STREAM =
                ThreadLocal.withInitial(() -> Scopes.own(() -> new stream(PROCESSOR)));
    }

    static engine processor() {
        return Shared.PROCESSOR;
    }

    static stream stream() {
        return Shared.STREAM.get();
    }

    /** Attributes of a {@link Kernel}, to be extended. */
    static primitive_attr attributes() {
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
        return attributes;
    }

    /** A description of memory; it belongs to the caller's scope. */
    static memory.desc strided(memory.data_type type, long[] dims, long[] strides) {
        return new memory.desc(dims, type, strides);
    }

    /** A description of the memory of a tensor, in the order of its strides. */
    static memory.desc formOf(Tensor tensor) {
        memory.data_type type =
                switch (tensor.scalar_type().intern()) {
                    case BFloat16 -> memory.data_type.bf16;
                    case Float -> memory.data_type.f32;
                    case Byte -> memory.data_type.u8;
                    default ->
                        throw new IllegalArgumentException("a tensor for oneDNN is in " + tensor.scalar_type()
                                + "; expected BFloat16, Float or Byte");
                };
        return strided(type, tensor.shape(), tensor.strides().vec().get());
    }

    /** A description of memory without gaps, the last axis innermost. */
    static memory.desc dense(memory.data_type type, long... dims) {
        long[] strides = new long[dims.length];
        long step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= dims[i];
        }
        return strided(type, dims, strides);
    }
}
