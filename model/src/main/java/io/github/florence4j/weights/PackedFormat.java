package io.github.florence4j.weights;

import io.github.florence4j.torch.file.InvalidWeightsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the weights of a packed checkpoint folder say of themselves, in the metadata of {@code model.safetensors}: that its
 * linear layers are stored as they are computed with.
 *
 * <p>Names are those of the transformers layout. {@code int8}: the matrix of a linear layer is I8, and its name plus {@code
 * .scale} is F32, a factor for each row. {@code bf16}: it is BF16. The output head is stored beside the token table, which
 * stays as it was in the checkpoint. Convolutions that shrink the map are BF16, everything else is F32.
 *
 * @param precision {@code int8} or {@code bf16}
 */
public record PackedFormat(String precision) {
    /** The suffix of the factors that belong to a matrix in 8 bits. */
    public static final String SCALE = ".scale";

    private static final String VERSION = "1";
    private static final String VERSION_KEY = "florence4j.packed.version";
    private static final String PRECISION_KEY = "florence4j.packed.precision";

    /** The metadata that say so. */
    public Map<String, String> metadata() {
        return Map.of(VERSION_KEY, VERSION, PRECISION_KEY, precision);
    }

    /**
     * What those metadata say; empty for an ordinary checkpoint.
     *
     * @param path the file, for messages
     * @throws InvalidWeightsException when another version packed it
     */
    static Optional<PackedFormat> of(Map<String, String> metadata, Path path) {
        String version = metadata.get(VERSION_KEY);
        if (version == null) {
            return Optional.empty();
        }
        String precision = metadata.getOrDefault(PRECISION_KEY, "");
        if (!version.equals(VERSION) || !(precision.equals("int8") || precision.equals("bf16"))) {
            throw new InvalidWeightsException(path + " is packed in format " + version + " for \"" + precision
                    + "\"; expected format " + VERSION + " for int8 or bf16, so pack the checkpoint anew");
        }
        return Optional.of(new PackedFormat(precision));
    }

    /** Whether a stored tensor of a packed checkpoint has no place in an ordinary one. */
    static boolean isExtra(String name) {
        return name.endsWith(SCALE) || name.equals(TensorNames.HEAD);
    }
}
