package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Shapes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Features of a frozen vision path on disk, so that each distinct image passes through it once.
 *
 * <p>There is one file per {@link FeatureKey}: a header with the key's digest, then records of equal size, each the SHA-256 of
 * the image file, the features and a CRC-32C over both. Records are only appended. What a killed process left half-written
 * at the end is cut off when the file is opened; a damaged record counts as missing and is written anew. One process
 * writes at a time. Only {@link #contains} may be called by several threads at once.
 */
public final class FeatureCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeatureCache.class);
    private static final byte[] MAGIC = {'F', '4', 'J', 'F', 'E', 'A', 'T', '1'};
    private static final int DIGEST_BYTES = 32;
    private static final int HEADER_BYTES = MAGIC.length + DIGEST_BYTES;

    private final FeatureKey key;
    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer record;
    private final Map<String, Long> positions = new ConcurrentHashMap<>();
    private long end = HEADER_BYTES;

    private FeatureCache(FeatureKey key, Path path, FileChannel channel) {
        this.key = key;
        this.path = path;
        this.channel = channel;
        int bytes = Math.toIntExact(DIGEST_BYTES + key.bytesPerImage() + Integer.BYTES);
        this.record = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Opens the features of that key below a folder, or begins them.
     *
     * @throws IOException when the file cannot be read or written, is in use by another process, or is no such file
     */
    public static FeatureCache open(Path directory, FeatureKey key) throws IOException {
        Files.createDirectories(directory);
        String digest = key.digest();
        Path path = directory.resolve("features-" + digest.substring(0, 16) + ".bin");
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            lock(channel, path);
            FeatureCache cache = new FeatureCache(key, path, channel);
            cache.readHeader(HexFormat.of().parseHex(digest));
            cache.index();
            return cache;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void lock(FileChannel channel, Path path) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException("the feature cache " + path + " is in use by another training run");
        }
    }

    /** The bytes on disk of that many images. */
    public static long bytes(FeatureKey key, long images) {
        return HEADER_BYTES + images * (DIGEST_BYTES + key.bytesPerImage() + Integer.BYTES);
    }

    /** What the features depend on. */
    public FeatureKey key() {
        return key;
    }

    /** The number of images that are there. */
    public int size() {
        return positions.size();
    }

    /** Whether the features of an image were written, told by the SHA-256 of its file; reading may yet find damage. */
    public boolean contains(String imageHash) {
        return positions.containsKey(imageHash);
    }

    /** The features of one image in single precision, in the shape of the key; empty when they are missing or damaged. */
    public synchronized Optional<Tensor> read(String imageHash) throws IOException {
        Long position = positions.get(imageHash);
        if (position == null) {
            return Optional.empty();
        }
        readFully(record.clear(), position);
        int stored = record.getInt(record.capacity() - Integer.BYTES);
        if (stored != checksum() || !imageHash.equals(recordHash())) {
            LOG.warn("the features of image {} in {} are damaged; they are computed anew", imageHash, path);
            positions.remove(imageHash);
            return Optional.empty();
        }
        return Optional.of(Scopes.keep(this::payload));
    }

    /**
     * Appends the features of one image.
     *
     * @param features in the shape of the key; borrowed
     * @throws IllegalArgumentException when the shape is another or a value does not fit the precision
     * @throws IOException when they cannot be written; the file then ends where it did
     */
    public synchronized void write(String imageHash, Tensor features) throws IOException {
        if (!Shapes.of(features).equals(key.shape())) {
            throw new IllegalArgumentException("features of shape " + Shapes.format(Shapes.of(features))
                    + " do not belong in a cache of shape " + Shapes.format(key.shape()));
        }
        record.clear().put(HexFormat.of().parseHex(imageHash));
        try (PointerScope scope = new PointerScope()) {
            Tensor rounded =
                    features.detach().cpu().to(key.dtype().scalarType()).contiguous();
            if (!torch.isfinite(rounded).all().item_bool()) {
                throw new IllegalArgumentException("features of image " + imageHash + " do not fit " + key.dtype()
                        + "; keep them as bfloat16, whose range is that of float32");
            }
            record.put(new BytePointer(rounded.data_ptr())
                    .capacity(key.bytesPerImage())
                    .asByteBuffer());
        }
        record.putInt(checksum());
        append(imageHash);
    }

    private void append(String imageHash) throws IOException {
        try {
            writeFully(record.flip(), end);
        } catch (IOException e) {
            channel.truncate(end);
            throw new IOException("cannot write features to " + path + ": " + e.getMessage(), e);
        }
        positions.put(imageHash, end);
        end += record.capacity();
    }

    private void readHeader(byte[] digest) throws IOException {
        byte[] expected = Arrays.copyOf(MAGIC, HEADER_BYTES);
        System.arraycopy(digest, 0, expected, MAGIC.length, DIGEST_BYTES);
        byte[] present = new byte[(int) Math.min(HEADER_BYTES, channel.size())];
        readFully(ByteBuffer.wrap(present), 0);
        if (Arrays.equals(present, expected)) {
            return;
        }
        if (!Arrays.equals(present, Arrays.copyOf(expected, present.length))) {
            throw new IOException(path + " is not a feature cache of this model and these settings; remove it");
        }
        writeFully(ByteBuffer.wrap(expected), 0); // new, or its first writer was killed inside the header
    }

    private void index() throws IOException {
        long size = channel.size();
        ByteBuffer hash = ByteBuffer.allocate(DIGEST_BYTES);
        for (; end + record.capacity() <= size; end += record.capacity()) {
            readFully(hash.clear(), end);
            positions.put(HexFormat.of().formatHex(hash.array()), end);
        }
        if (end < size) {
            channel.truncate(end);
        }
    }

    private Tensor payload() {
        record.clear().position(DIGEST_BYTES).limit(record.capacity() - Integer.BYTES);
        Tensor stored = torch.from_blob(
                new BytePointer(record.slice()),
                Shapes.array(key.shape()),
                new TensorOptions(key.dtype().scalarType()));
        return stored.to(DType.FLOAT32.scalarType());
    }

    private int checksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(record.duplicate().clear().limit(record.capacity() - Integer.BYTES));
        return (int) checksum.getValue();
    }

    private String recordHash() {
        byte[] hash = new byte[DIGEST_BYTES];
        record.duplicate().clear().get(hash);
        return HexFormat.of().formatHex(hash);
    }

    private void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int read = channel.read(target, at);
            if (read < 0) {
                throw new IOException(path + " ends at byte " + at + "; it was shortened while in use");
            }
            at += read;
        }
    }

    private void writeFully(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Makes all records durable and lets the file go. */
    @Override
    public void close() throws IOException {
        channel.force(false);
        channel.close();
    }
}
