package io.github.florence4j.torch;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The seed of libtorch's default generators, and the state of the processor's. */
public final class Seeds {
    private Seeds() {}

    /** Seeds the generators of all devices, as {@code torch.manual_seed} does. */
    public static void set(long seed) {
        torch.manual_seed(seed);
    }

    /**
     * Where the processor's default generator stands: after {@link #restore} it draws what it would have drawn next. Opaque,
     * some 5 kB, the bytes of {@code torch.get_rng_state()}.
     */
    public static byte[] state() {
        try (PointerScope scope = new PointerScope()) {
            Tensor state = torch.getDefaultCPUGenerator().get_state(); // (n) bytes
            byte[] bytes = new byte[Math.toIntExact(state.numel())];
            new BytePointer(state.data_ptr()).get(bytes);
            return bytes;
        }
    }

    /**
     * Puts the processor's default generator where {@link #state} was taken, in this process or another.
     *
     * @throws IllegalArgumentException when the bytes are no such state; the generator is then as it was
     */
    public static void restore(byte[] state) {
        try (PointerScope scope = new PointerScope()) {
            Tensor bytes = torch.empty(
                    new long[] {state.length}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
            new BytePointer(bytes.data_ptr()).put(state);
            torch.getDefaultCPUGenerator().set_state(bytes);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    state.length
                            + " bytes are no state of the random number generator; expected what an earlier run saved",
                    e);
        }
    }
}
