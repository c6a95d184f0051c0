package io.github.florence4j.torch;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element types of tensors, with their names in libtorch, safetensors and pickled storages. */
public enum DType {
    /** IEEE single precision. */
    FLOAT32(ScalarType.Float, 4, "F32", "FloatStorage"),
    /** IEEE half precision. */
    FLOAT16(ScalarType.Half, 2, "F16", "HalfStorage"),
    /** The upper half of single precision. */
    BFLOAT16(ScalarType.BFloat16, 2, "BF16", "BFloat16Storage"),
    /** IEEE double precision. */
    FLOAT64(ScalarType.Double, 8, "F64", "DoubleStorage"),
    /** Signed 64-bit integers. */
    INT64(ScalarType.Long, 8, "I64", "LongStorage"),
    /** Signed 32-bit integers. */
    INT32(ScalarType.Int, 4, "I32", "IntStorage"),
    /** Signed 16-bit integers. */
    INT16(ScalarType.Short, 2, "I16", "ShortStorage"),
    /** Signed bytes. */
    INT8(ScalarType.Char, 1, "I8", "CharStorage"),
    /** Unsigned bytes. */
    UINT8(ScalarType.Byte, 1, "U8", "ByteStorage"),
    /** Truth values, one byte each. */
    BOOL(ScalarType.Bool, 1, "BOOL", "BoolStorage");

    private final ScalarType scalarType;
    private final int bytes;
    private final String safetensorsName;
    private final String storageName;

    DType(ScalarType scalarType, int bytes, String safetensorsName, String storageName) {
        this.scalarType = scalarType;
        this.bytes = bytes;
        this.safetensorsName = safetensorsName;
        this.storageName = storageName;
    }

    /** The element type of a tensor. @throws IllegalArgumentException when it is none of these */
    public static DType of(Tensor tensor) {
        ScalarType type = tensor.scalar_type().intern();
        return Arrays.stream(values())
                .filter(dtype -> dtype.scalarType == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("element type " + type + " is not supported"));
    }

    /** The element type that safetensors calls {@code name}, such as {@code BF16}. */
    public static Optional<DType> ofSafetensors(String name) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.safetensorsName.equals(name))
                .findFirst();
    }

    /** The element type of a pickled storage class of {@code torch}, such as {@code HalfStorage}. */
    public static Optional<DType> ofStorage(String name) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.storageName.equals(name))
                .findFirst();
    }

    /**
     * Reads a precision as users write it: {@code float32} or {@code fp32}, {@code float16} or {@code fp16},
     * {@code bfloat16} or {@code bf16}, in any case.
     *
     * @throws IllegalArgumentException for anything else, naming the three
     */
    public static DType parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "float32", "fp32", "f32" -> FLOAT32;
            case "float16", "fp16", "f16" -> FLOAT16;
            case "bfloat16", "bf16" -> BFLOAT16;
            default ->
                throw new IllegalArgumentException(
                        "precision is \"" + text + "\"; expected float32, float16 or bfloat16");
        };
    }

    /** libtorch's name. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    /** The name in a safetensors header. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloatingPoint() {
        return switch (this) {
            case FLOAT32, FLOAT16, BFLOAT16, FLOAT64 -> true;
            case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
        };
    }

    /** The usual lower-case name, as in {@code torch_dtype} of a configuration: {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The safetensors names of all types, for messages. */
    public static String known() {
        return Arrays.stream(values()).map(DType::safetensorsName).collect(Collectors.joining(", "));
    }
}
