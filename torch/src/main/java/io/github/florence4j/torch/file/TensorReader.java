package io.github.florence4j.torch.file;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Shapes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes tensors of regions of a file: views of one mapping of it where the bytes already are what is wanted, else
 * conversions through small buffers. libtorch maps the file itself, so there is no 2 GB limit, and the mapping lives
 * as long as any view of it. Several threads may read at once.
 */
public final class TensorReader implements AutoCloseable {
    private static final int BUFFER_BYTES = 8 << 20;
    private static final String GIT_LFS = "version https://git-lfs";
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private Tensor mapping;

    private TensorReader(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /**
     * Opens a file for reading.
     *
     * @throws InvalidWeightsException when it is a Git LFS pointer, which stands for weights that were not fetched
     * @throws IOException when it cannot be opened
     */
    public static TensorReader open(Path path) throws IOException {
        if (!LITTLE_ENDIAN) {
            throw new InvalidWeightsException(
                    path + " holds little-endian numbers; this machine is big-endian, which is not supported");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            refusePointer(path, channel);
            return new TensorReader(path, channel, channel.size());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void refusePointer(Path path, FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(GIT_LFS.length());
        channel.read(start, 0);
        if (StandardCharsets.ISO_8859_1.decode(start.flip()).toString().equals(GIT_LFS)) {
            throw new InvalidWeightsException(
                    path + " is a Git LFS pointer, not the weights; fetch the file itself with git lfs pull");
        }
    }

    /** The length of the file in bytes. */
    public long size() {
        return size;
    }

    /**
     * Fills {@code target} from a position of the file.
     *
     * @throws InvalidWeightsException when the file ends before
     */
    public void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int read = channel.read(target, at);
            if (read < 0) {
                throw new InvalidWeightsException(
                        path + " ends at byte " + at + ", inside its tensors; it is truncated");
            }
            at += read;
        }
    }

    /**
     * The tensor that {@code info} describes, in a precision; row-major. See {@link WeightFile#read}.
     *
     * @throws InvalidWeightsException when the file is shorter than {@code info} says
     */
    public Tensor read(TensorInfo info, DType target) throws IOException {
        if (info.end() > size) {
            throw new InvalidWeightsException(path + " is truncated: tensor " + info.name() + " ends at byte "
                    + info.end() + " but the file has " + size);
        }
        if (info.count() == 0) {
            return empty(Shapes.array(info.shape()), target);
        }
        if (info.isRowMajor()) {
            return rowMajor(info, target);
        }
        long span = (info.end() - info.begin()) / info.dtype().bytes();
        TensorInfo line = TensorInfo.rowMajor(info.name(), info.dtype(), List.of(span), info.begin(), info.end());
        return Scopes.keep(() -> rowMajor(line, target)
                .as_strided(Shapes.array(info.shape()), Shapes.array(info.strides()))
                .contiguous());
    }

    /**
     * As {@link #read}, always in memory of its own, so that no page of the file becomes part of the process.
     *
     * @throws InvalidWeightsException when the file is shorter than {@code info} says
     */
    public Tensor copy(TensorInfo info, DType target) throws IOException {
        return info.count() > 0 && info.end() <= size && info.isRowMajor()
                ? converted(info, target)
                : read(info, target);
    }

    /** As {@link #copy}, rows {@code first} to {@code first + count - 1} of a matrix only. */
    public Tensor copyRows(TensorInfo info, DType target, long first, long count) throws IOException {
        if (!info.isRowMajor()) {
            return Scopes.keep(() -> copy(info, target).narrow(0, first, count).clone());
        }
        long width = info.shape().get(1);
        long begin = info.begin() + first * width * info.dtype().bytes();
        return copy(
                TensorInfo.rowMajor(
                        info.name(),
                        info.dtype(),
                        List.of(count, width),
                        begin,
                        begin + count * width * info.dtype().bytes()),
                target);
    }

    /** See {@link WeightFile#storedRows}. */
    public Optional<StoredRows> storedRows(TensorInfo info) throws IOException {
        boolean inOrder = info.shape().size() == 2 && info.isRowMajor() && info.end() <= size;
        return inOrder ? Optional.of(new StoredRows(path, info)) : Optional.empty();
    }

    private Tensor rowMajor(TensorInfo info, DType target) throws IOException {
        boolean asStored = info.dtype() == target && info.begin() % target.bytes() == 0;
        return asStored ? view(info) : converted(info, target);
    }

    private synchronized Tensor view(TensorInfo info) {
        if (mapping == null) {
            mapping = Scopes.own(this::map);
        }
        return Scopes.keep(() -> mapping.narrow(0, info.begin(), info.end() - info.begin())
                .view(info.dtype().scalarType())
                .view(Shapes.array(info.shape())));
    }

    private Tensor map() {
        return torch.from_file(
                new BytePointer(path.toString()),
                new BoolOptional(false),
                new LongOptional(size),
                new ScalarTypeOptional(torch.ScalarType.Byte),
                new LayoutOptional(),
                new DeviceOptional(),
                new BoolOptional(false));
    }

    private Tensor converted(TensorInfo info, DType target) throws IOException {
        return Scopes.keep(() -> {
            Tensor result = empty(Shapes.array(info.shape()), target);
            if (info.dtype() == target) {
                fillAsStored(result, info);
            } else {
                fill(result.view(-1), info);
            }
            return result;
        });
    }

    private void fillAsStored(Tensor tensor, TensorInfo info) throws IOException {
        BytePointer bytes = new BytePointer(tensor.data_ptr());
        long total = info.end() - info.begin();
        for (long done = 0; done < total; done += BUFFER_BYTES) {
            bytes.limit(Math.min(total, done + BUFFER_BYTES)).position(done);
            readFully(bytes.asByteBuffer(), info.begin() + done);
        }
    }

    /** Converts chunk by chunk, so that the stored form never lies in memory as a whole. */
    private void fill(Tensor flat, TensorInfo info) throws IOException {
        int width = info.dtype().bytes();
        long total = info.count();
        long perChunk = Math.min(total, BUFFER_BYTES / width);
        // native, for a direct ByteBuffer would stay until the garbage collector comes by
        BytePointer staging = new BytePointer(perChunk * width);
        ByteBuffer buffer = staging.asByteBuffer();
        for (long done = 0; done < total; done += perChunk) {
            long count = Math.min(perChunk, total - done);
            readFully(buffer.clear().limit((int) (count * width)), info.begin() + done * width);
            buffer.rewind();
            Tensor chunk = torch.from_blob(
                    staging, new long[] {count}, new TensorOptions(info.dtype().scalarType()));
            flat.narrow(0, done, count).copy_(chunk);
        }
    }

    private static Tensor empty(long[] shape, DType dtype) {
        return Scopes.keep(() -> torch.empty(shape, new TensorOptions(dtype.scalarType()), new MemoryFormatOptional()));
    }

    /** Releases the file; tensors that were read stay valid. */
    @Override
    public synchronized void close() throws IOException {
        if (mapping != null) {
            mapping.close();
            mapping = null;
        }
        channel.close();
    }
}
