package io.github.florence4j.torch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Devices by name. CUDA is written to libtorch's documentation and untested: no GPU was at hand. */
public final class Devices {
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,2}))?");

    static {
        NativeSettings.apply();
    }

    private Devices() {}

    /** The processor. The caller, or the scope that is open, owns the handle. */
    public static Device cpu() {
        return new Device(DeviceType.CPU);
    }

    /**
     * The device called {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:1}.
     *
     * @throws IllegalArgumentException when the name is another, or names CUDA where this build or machine has none
     */
    public static Device parse(String name) {
        if (name.equals("cpu")) {
            return cpu();
        }
        Matcher cuda = CUDA.matcher(name);
        if (!cuda.matches()) {
            throw new IllegalArgumentException("device is \"" + name + "\"; expected cpu, cuda or cuda:<number>");
        }
        if (!torch.hasCUDA()) {
            throw new IllegalArgumentException("device is \"" + name
                    + "\" but this build of libtorch has no CUDA or finds no GPU; use cpu, or add the GPU natives");
        }
        return new Device(DeviceType.CUDA, cuda.group(1) == null ? 0 : Byte.parseByte(cuda.group(1)));
    }
}
