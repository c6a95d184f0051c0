package io.github.florence4j.torch.pickle;

import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.TensorReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the uncompressed entries of a zip file lie, ZIP64 included (reference: PKWARE's APPNOTE 4.3). The JDK's zip
 * classes do not tell positions, which views of the file need.
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT = 65_535;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int END64 = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int CENTRAL = 0x02014b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int EXTRA64 = 1;
    private static final int MAX_DIRECTORY_BYTES = 64 << 20;

    private final Path path;
    private final TensorReader reader;

    private ZipDirectory(Path path, TensorReader reader) {
        this.path = path;
        this.reader = reader;
    }

    /** An entry's bytes: {@code begin} inclusive, {@code end} exclusive. */
    record Entry(long begin, long end) {
        long size() {
            return end - begin;
        }
    }

    private record Extent(long begin, long bytes, long entries) {}

    /** The entries by name. @throws InvalidWeightsException when the file is no zip, or damaged */
    static Map<String, Entry> read(Path path, TensorReader reader) throws IOException {
        return new ZipDirectory(path, reader).entries();
    }

    private Map<String, Entry> entries() throws IOException {
        Extent extent = find();
        if (extent.bytes > MAX_DIRECTORY_BYTES || extent.entries > extent.bytes / CENTRAL_BYTES) {
            throw damaged("its directory would have " + extent.entries + " entries in " + extent.bytes + " bytes");
        }
        ByteBuffer directory = bytes(extent.begin, extent.bytes);
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < extent.entries; i++) {
            addEntry(directory, entries);
        }
        return entries;
    }

    private Extent find() throws IOException {
        int tail = (int) Math.min(reader.size(), END_BYTES + MAX_COMMENT);
        ByteBuffer end = bytes(reader.size() - tail, tail);
        for (int at = tail - END_BYTES; at >= 0; at--) {
            if (end.getInt(at) == END && at + END_BYTES + unsigned16(end, at + 20) == tail) {
                long position = reader.size() - tail + at;
                Extent extent =
                        new Extent(unsigned32(end, at + 16), unsigned32(end, at + 12), unsigned16(end, at + 10));
                return extent64(position, extent);
            }
        }
        throw damaged("it has no directory at its end; it is truncated");
    }

    /** The ZIP64 extent where there is one: PyTorch writes it even when the small one would do. */
    private Extent extent64(long endPosition, Extent small) throws IOException {
        if (endPosition < END64_LOCATOR_BYTES) {
            return small;
        }
        ByteBuffer locator = bytes(endPosition - END64_LOCATOR_BYTES, END64_LOCATOR_BYTES);
        if (locator.getInt(0) != END64_LOCATOR) {
            return small;
        }
        ByteBuffer end = bytes(locator.getLong(8), END64_BYTES);
        if (end.getInt(0) != END64) {
            throw damaged("its ZIP64 directory is not where it should be");
        }
        return new Extent(end.getLong(48), end.getLong(40), end.getLong(32));
    }

    private void addEntry(ByteBuffer directory, Map<String, Entry> entries) throws IOException {
        int at = directory.position();
        if (directory.remaining() < CENTRAL_BYTES || directory.getInt(at) != CENTRAL) {
            throw damaged("its directory ends early");
        }
        int nameBytes = unsigned16(directory, at + 28);
        int extraBytes = unsigned16(directory, at + 30);
        int total = CENTRAL_BYTES + nameBytes + extraBytes + unsigned16(directory, at + 32);
        if (directory.remaining() < total) {
            throw damaged("its directory ends early");
        }
        String name = StandardCharsets.UTF_8
                .decode(directory.slice(at + CENTRAL_BYTES, nameBytes))
                .toString();
        boolean encrypted = (unsigned16(directory, at + 8) & 1) != 0;
        if (encrypted || unsigned16(directory, at + 10) != 0) {
            throw new InvalidWeightsException(
                    path + ": entry " + name + " is " + (encrypted ? "encrypted" : "compressed")
                            + "; expected the uncompressed entries that torch.save writes");
        }
        ByteBuffer extra =
                directory.slice(at + CENTRAL_BYTES + nameBytes, extraBytes).order(ByteOrder.LITTLE_ENDIAN);
        if (entries.put(name, entry(directory, at, extra, name)) != null) {
            throw damaged("entry " + name + " occurs twice");
        }
        directory.position(at + total);
    }

    /** Sizes and position, from the ZIP64 field, in the order of the standard, where they do not fit 32 bits. */
    private Entry entry(ByteBuffer directory, int at, ByteBuffer extra, String name) throws IOException {
        long size = unsigned32(directory, at + 24);
        long stored = unsigned32(directory, at + 20);
        long local = unsigned32(directory, at + 42);
        ByteBuffer wide = extra64(extra);
        size = size == 0xFFFFFFFFL ? wide(wide, name) : size;
        stored = stored == 0xFFFFFFFFL ? wide(wide, name) : stored;
        local = local == 0xFFFFFFFFL ? wide(wide, name) : local;
        if (size != stored || size < 0) {
            throw damaged("entry " + name + " has " + size + " bytes but stores " + stored);
        }
        ByteBuffer header = bytes(local, LOCAL_BYTES);
        if (header.getInt(0) != LOCAL) {
            throw damaged("entry " + name + " is not where the directory says");
        }
        long begin = local + LOCAL_BYTES + unsigned16(header, 26) + unsigned16(header, 28);
        if (begin > reader.size() || size > reader.size() - begin) {
            throw damaged("entry " + name + " ends after the file; it is truncated");
        }
        return new Entry(begin, begin + size);
    }

    private long wide(ByteBuffer wide, String name) {
        if (wide.remaining() < Long.BYTES) {
            throw damaged("entry " + name + " lacks its 64-bit sizes");
        }
        return wide.getLong();
    }

    private static ByteBuffer extra64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int length = Math.min(extra.getShort() & 0xFFFF, extra.remaining());
            if (id == EXTRA64) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private ByteBuffer bytes(long position, long count) throws IOException {
        if (position < 0 || count < 0 || position > reader.size() || count > reader.size() - position) {
            throw damaged("bytes " + position + " and following lie outside its " + reader.size() + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) count).order(ByteOrder.LITTLE_ENDIAN);
        reader.readFully(bytes, position);
        return bytes.flip();
    }

    private InvalidWeightsException damaged(String what) {
        return new InvalidWeightsException(path + " is a damaged zip file: " + what);
    }

    private static int unsigned16(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xFFFF;
    }

    private static long unsigned32(ByteBuffer buffer, int at) {
        return buffer.getInt(at) & 0xFFFFFFFFL;
    }
}
