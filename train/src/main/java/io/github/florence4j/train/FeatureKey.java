package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Everything that the cached features of an image depend on, beside the image itself.
 *
 * @param stage how far along the vision path they are
 * @param shape the features of one image: {@code (y, x, c)} or {@code (n, p)}
 * @param dtype the precision in which they are kept
 * @param computedIn the precision of the matrix products that make them
 * @param weights SHA-256 of the weights that compute them, in hexadecimal digits
 * @param preprocessing what turns the file into pixel values, in any text that differs when it differs
 */
public record FeatureKey(
        ImageInput.Stage stage, List<Long> shape, DType dtype, DType computedIn, String weights, String preprocessing) {
    private static final int PIECE = 8 << 20;

    /** Checks that these are features and in half precision. */
    public FeatureKey {
        shape = List.copyOf(shape);
        if (stage == ImageInput.Stage.PIXELS) {
            throw new IllegalArgumentException("pixels are not cached; expected TOWER_MAP or VISUAL_TOKENS");
        }
        if (dtype != DType.FLOAT16 && dtype != DType.BFLOAT16) {
            throw new IllegalArgumentException(
                    "features are to be kept as " + dtype + "; expected float16 or bfloat16");
        }
    }

    /** The key of features that the frozen parts of {@code weights} compute; it reads all their weights once. */
    public static FeatureKey of(
            ImageInput.Stage stage,
            List<Long> shape,
            DType dtype,
            DType computedIn,
            Weights weights,
            String preprocessing) {
        MessageDigest digest = sha256();
        for (String name : new TreeSet<>(weights.names())) {
            if (computes(stage, name)) {
                add(digest, name, weights.get(name));
            }
        }
        return new FeatureKey(
                stage, shape, dtype, computedIn, HexFormat.of().formatHex(digest.digest()), preprocessing);
    }

    private static boolean computes(ImageInput.Stage stage, String name) {
        return name.startsWith(Part.VISION_TOWER.prefix())
                || (stage == ImageInput.Stage.VISUAL_TOKENS && name.startsWith(Part.PROJECTOR.prefix()));
    }

    private static void add(MessageDigest digest, String name, Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor host = tensor.detach().cpu().contiguous();
            DType dtype = DType.of(host);
            digest.update((name + " " + dtype + " " + Shapes.of(host)).getBytes(StandardCharsets.UTF_8));
            BytePointer bytes = new BytePointer(host.data_ptr());
            long size = host.numel() * dtype.bytes();
            for (long done = 0; done < size; done += PIECE) {
                ByteBuffer piece =
                        bytes.limit(Math.min(size, done + PIECE)).position(done).asByteBuffer();
                digest.update(piece);
            }
        }
    }

    /** The bytes that one image takes. */
    public long bytesPerImage() {
        return Shapes.count(shape) * dtype.bytes();
    }

    /** SHA-256 of this key, in hexadecimal digits. */
    public String digest() {
        return HexFormat.of().formatHex(sha256().digest(toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
