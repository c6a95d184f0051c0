package io.github.florence4j.torch.file;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * The rows of a matrix that stays in its file: each is read when it is wanted. Of a mapped file every page around a row would
 * become part of the process, 64 kB for 1.5. For any number of threads.
 */
public final class StoredRows implements AutoCloseable {
    private final Path path;
    private final TensorInfo info;
    private final int rowBytes;
    private final RandomAccessFile file; // a channel would be closed for all threads when one that reads is interrupted

    StoredRows(Path path, TensorInfo info) throws IOException {
        this.path = path;
        this.info = info;
        this.rowBytes = Math.toIntExact(info.shape().get(1) * info.dtype().bytes());
        this.file = new RandomAccessFile(path.toFile(), "r");
    }

    /** The type in which they are stored. */
    public DType dtype() {
        return info.dtype();
    }

    /**
     * Rows {@code (…, width)} of their numbers {@code (…)}, as they are stored, on the processor; they belong to the caller's
     * scope.
     *
     * @throws IndexOutOfBoundsException when there is no such row
     * @throws UncheckedIOException when the file cannot be read
     */
    public Tensor rows(Tensor numbers) {
        long[] wanted = Tensors.longs(numbers);
        long[] shape = Arrays.copyOf(numbers.shape(), Math.toIntExact(numbers.dim()) + 1);
        shape[shape.length - 1] = info.shape().get(1);
        Tensor rows = Scopes.keep(
                () -> torch.empty(shape, new TensorOptions(info.dtype().scalarType()), new MemoryFormatOptional()));
        try (BytePointer memory = new BytePointer(rows.data_ptr())) {
            ByteBuffer target = memory.capacity((long) rowBytes * wanted.length).asByteBuffer();
            byte[] row = new byte[rowBytes];
            for (long number : wanted) {
                read(row, number);
                target.put(row);
            }
        }
        return rows;
    }

    private void read(byte[] row, long number) {
        if (number < 0 || number >= info.shape().get(0)) {
            throw new IndexOutOfBoundsException("row " + number + " of " + info.name() + " is wanted; it has "
                    + info.shape().get(0));
        }
        try {
            synchronized (file) {
                file.seek(info.begin() + number * rowBytes);
                file.readFully(row);
            }
        } catch (EOFException e) {
            throw new UncheckedIOException(path + " ends inside of " + info.name() + "; it is truncated", e);
        } catch (IOException e) {
            throw new UncheckedIOException(info.name() + " in " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Closes the file. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
