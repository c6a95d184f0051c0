package io.github.florence4j.torch.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.torch.DType;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
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

    /** A tensor and the type in which it is written. */
    private record Entry(String name, Tensor tensor, DType dtype) {
        long bytes() {
            return tensor.numel() * dtype.bytes();
        }
    }

    /**
     * Writes tensors to {@code path}, replacing it, each in its own type. They may be views and lie on any device.
     *
     * @param tensors by name; borrowed
     * @param metadata texts for {@code __metadata__}; transformers expects {@code format} to be {@code pt}
     * @throws IOException when the folder cannot be written; {@code path} is then as it was
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        write(path, entries(tensors, DType::of), metadata);
    }

    /** As {@link #write(Path, Map, Map)} with all tensors converted to one type, one after the other. */
    public static void write(Path path, Map<String, Tensor> tensors, DType dtype, Map<String, String> metadata)
            throws IOException {
        write(path, entries(tensors, tensor -> dtype), metadata);
    }

    private static List<Entry> entries(Map<String, Tensor> tensors, Function<Tensor, DType> dtypeOf) {
        return tensors.entrySet().stream()
                .map(entry -> new Entry(entry.getKey(), entry.getValue(), dtypeOf.apply(entry.getValue())))
                .sorted(Comparator.comparing((Entry entry) -> TYPE_ORDER.indexOf(entry.dtype()))
                        .thenComparing(Entry::name))
                .toList();
    }

    private static void write(Path path, List<Entry> entries, Map<String, String> metadata) throws IOException {
        Path target = path.toAbsolutePath();
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                writeFully(channel, header(entries, metadata));
                for (Entry entry : entries) {
                    writeTensor(channel, entry);
                }
                channel.force(true);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static ByteBuffer header(List<Entry> entries, Map<String, String> metadata) throws IOException {
        Map<String, Object> root = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            root.put("__metadata__", metadata);
        }
        long at = 0;
        for (Entry entry : entries) {
            long end = at + entry.bytes();
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("dtype", entry.dtype().safetensorsName());
            description.put("shape", Shapes.of(entry.tensor()));
            description.put("data_offsets", List.of(at, end));
            root.put(entry.name(), description);
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

    private static void writeTensor(FileChannel channel, Entry entry) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor =
                    entry.tensor().detach().cpu().to(entry.dtype().scalarType()).contiguous();
            BytePointer bytes = new BytePointer(tensor.data_ptr());
            for (long done = 0; done < entry.bytes(); done += CHUNK_BYTES) {
                bytes.limit(Math.min(entry.bytes(), done + CHUNK_BYTES)).position(done);
                writeFully(channel, bytes.asByteBuffer());
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
