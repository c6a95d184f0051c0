package io.github.florence4j.torch.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Shapes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes {@code .safetensors} files as the reference does: wider types first, then by name, the header padded with
 * spaces to a multiple of eight bytes. The file appears whole or not at all.
 */
public final class SafetensorsWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The reference sorts by its own order of types, the last first, which puts wider types first. */
    private static final List<DType> TYPE_ORDER = List.of(
            DType.INT64,
            DType.FLOAT64,
            DType.FLOAT32,
            DType.INT32,
            DType.BFLOAT16,
            DType.FLOAT16,
            DType.INT16,
            DType.INT8,
            DType.UINT8,
            DType.BOOL);

    private static final int ALIGNMENT = 8;
    private static final int CHUNK_BYTES = 8 << 20;

    private SafetensorsWriter() {}

    /**
     * Writes tensors to {@code path}, replacing it. They may be views and lie on any device.
     *
     * @param tensors by name; borrowed
     * @param metadata texts for {@code __metadata__}; transformers expects {@code format} to be {@code pt}
     * @throws IOException when the folder cannot be written; {@code path} is then as it was
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        Path target = path.toAbsolutePath();
        Path beside = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".part");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                writeAll(channel, inFileOrder(tensors), metadata);
                channel.force(true);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** As {@link #write(Path, Map, Map)} with the metadata that PyTorch's own files carry. */
    public static void write(Path path, Map<String, Tensor> tensors) throws IOException {
        write(path, tensors, Map.of("format", "pt"));
    }

    private static List<Map.Entry<String, Tensor>> inFileOrder(Map<String, Tensor> tensors) {
        List<Map.Entry<String, Tensor>> entries = new ArrayList<>(tensors.entrySet());
        entries.sort(Comparator.comparing(
                        (Map.Entry<String, Tensor> entry) -> TYPE_ORDER.indexOf(DType.of(entry.getValue())))
                .thenComparing(Map.Entry::getKey));
        return entries;
    }

    private static void writeAll(
            FileChannel channel, List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata)
            throws IOException {
        writeFully(channel, header(tensors, metadata));
        for (Map.Entry<String, Tensor> tensor : tensors) {
            writeTensor(channel, tensor.getValue());
        }
    }

    private static ByteBuffer header(List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata)
            throws IOException {
        Map<String, Object> root = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            root.put("__metadata__", metadata);
        }
        long at = 0;
        for (Map.Entry<String, Tensor> tensor : tensors) {
            DType dtype = DType.of(tensor.getValue());
            long end = at + tensor.getValue().numel() * dtype.bytes();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", dtype.safetensorsName());
            entry.put("shape", Shapes.of(tensor.getValue()));
            entry.put("data_offsets", List.of(at, end));
            root.put(tensor.getKey(), entry);
            at = end;
        }
        byte[] json = JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static void writeTensor(FileChannel channel, Tensor tensor) throws IOException {
        Tensor bytes = Scopes.keep(() -> tensor.detach().cpu().contiguous());
        try {
            long total = bytes.nbytes();
            for (long done = 0; done < total; done += CHUNK_BYTES) {
                try (BytePointer chunk = new BytePointer(bytes.data_ptr())) {
                    chunk.position(done).limit(Math.min(total, done + CHUNK_BYTES));
                    writeFully(channel, chunk.asByteBuffer());
                }
            }
        } finally {
            bytes.close();
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
