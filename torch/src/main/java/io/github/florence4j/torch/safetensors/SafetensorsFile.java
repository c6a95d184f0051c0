package io.github.florence4j.torch.safetensors;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.StoredRows;
import io.github.florence4j.torch.file.TensorInfo;
import io.github.florence4j.torch.file.TensorReader;
import io.github.florence4j.torch.file.WeightFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * An open {@code .safetensors} file: eight bytes with the header's length, a JSON header, the tensors' bytes (reference:
 * the safetensors format description). The header and the length of the file are checked on opening. Several threads may
 * read at once.
 */
public final class SafetensorsFile implements WeightFile {
    /** The format's own limit on the header. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = 8;

    private final Path path;
    private final TensorReader reader;
    private final SafetensorsHeader header;

    private SafetensorsFile(Path path, TensorReader reader, SafetensorsHeader header) {
        this.path = path;
        this.reader = reader;
        this.header = header;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws InvalidWeightsException when it is not a safetensors file, contradicts itself or is truncated
     * @throws IOException when it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        TensorReader reader = TensorReader.open(path);
        try {
            return new SafetensorsFile(path, reader, readHeader(path, reader));
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private static SafetensorsHeader readHeader(Path path, TensorReader reader) throws IOException {
        if (reader.size() < LENGTH_BYTES) {
            throw new InvalidWeightsException(
                    path + " has " + reader.size() + " bytes; a safetensors file has at least " + LENGTH_BYTES);
        }
        long length = bytes(reader, 0, LENGTH_BYTES).getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw new InvalidWeightsException(path + " is not a safetensors file: its header would have "
                    + Long.toUnsignedString(length) + " bytes; expected 2 to " + MAX_HEADER_BYTES);
        }
        if (LENGTH_BYTES + length > reader.size()) {
            throw new InvalidWeightsException(
                    path + " is truncated: its header has " + length + " bytes but the file only " + reader.size());
        }
        ByteBuffer json = bytes(reader, LENGTH_BYTES, (int) length);
        return SafetensorsHeader.parse(path, json.array(), LENGTH_BYTES + length, reader.size());
    }

    private static ByteBuffer bytes(TensorReader reader, long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        reader.readFully(bytes, position);
        return bytes.flip();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /** The header's {@code __metadata__}; empty when there is none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public Tensor read(String name, DType dtype) throws IOException {
        return reader.read(info(name), dtype);
    }

    @Override
    public Tensor copy(String name, DType dtype) throws IOException {
        return reader.copy(info(name), dtype);
    }

    @Override
    public Tensor copyRows(String name, DType dtype, long first, long count) throws IOException {
        return reader.copyRows(info(name), dtype, first, count);
    }

    @Override
    public Optional<StoredRows> storedRows(String name) throws IOException {
        return reader.storedRows(info(name));
    }

    private TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new IllegalArgumentException(path + " has no tensor " + name);
        }
        return info;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
