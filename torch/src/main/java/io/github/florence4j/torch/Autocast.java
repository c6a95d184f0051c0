package io.github.florence4j.torch;

import static org.bytedeco.pytorch.global.torch.clear_cache;
import static org.bytedeco.pytorch.global.torch.decrement_nesting;
import static org.bytedeco.pytorch.global.torch.get_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.increment_nesting;
import static org.bytedeco.pytorch.global.torch.is_autocast_enabled;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs matrix products in a lower precision on this thread until closed (reference: {@code torch.autocast}); use it in
 * try-with-resources. Weights cast once are cached until the outermost use closes.
 */
public final class Autocast implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final DeviceType device;
    private final boolean enabledBefore;
    private final ScalarType dtypeBefore;

    private Autocast(DeviceType device, boolean enabled, DType dtype) {
        this.device = device;
        this.enabledBefore = is_autocast_enabled(device);
        this.dtypeBefore = get_autocast_dtype(device);
        increment_nesting();
        set_autocast_enabled(device, enabled);
        set_autocast_dtype(device, dtype.scalarType());
    }

    /**
     * Casts to {@code dtype} on a device.
     *
     * @param dtype {@link DType#BFLOAT16} or {@link DType#FLOAT16}; {@link DType#FLOAT32} switches autocast off, so that
     *     one statement serves all precisions
     */
    public static Autocast on(Device device, DType dtype) {
        return switch (dtype) {
            case BFLOAT16, FLOAT16 -> new Autocast(device.type().intern(), true, dtype);
            case FLOAT32 -> new Autocast(device.type().intern(), false, DType.BFLOAT16);
            default ->
                throw new IllegalArgumentException(
                        "autocast to " + dtype + " is not possible; expected bfloat16, float16 or float32");
        };
    }

    /** Whether matrix products on a device are computed in {@code dtype} on this thread. */
    public static boolean isOn(Device device, DType dtype) {
        DeviceType type = device.type().intern();
        return is_autocast_enabled(type) && get_autocast_dtype(type).intern() == dtype.scalarType();
    }

    /**
     * {@code x} in the precision in which matrix products on this thread take it, so that several of them share one cast;
     * {@code x} itself where autocast is off.
     */
    public static Tensor operand(Tensor x) {
        DeviceType device = x.device().type().intern();
        return is_autocast_enabled(device) ? x.to(get_autocast_dtype(device)) : x;
    }

    /**
     * Restores what was in force when this was opened.
     *
     * @throws IllegalStateException on another thread than the one that opened it
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("Autocast was opened on " + thread + " but closed on "
                    + Thread.currentThread() + "; it is a state of one thread");
        }
        set_autocast_dtype(device, dtypeBefore);
        set_autocast_enabled(device, enabledBefore);
        if (decrement_nesting() == 0) {
            clear_cache();
        }
    }
}
