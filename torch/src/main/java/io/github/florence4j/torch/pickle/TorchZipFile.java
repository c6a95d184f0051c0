package io.github.florence4j.torch.pickle;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.StoredRows;
import io.github.florence4j.torch.file.TensorInfo;
import io.github.florence4j.torch.file.TensorReader;
import io.github.florence4j.torch.file.WeightFile;
import io.github.florence4j.torch.pickle.Unpickler.PickledTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * An open {@code pytorch_model.bin}: the zip file of {@code torch.save} since version 1.6, holding a state dict of plain
 * tensors. Its pickle is read by a restricted unpickler that runs nothing. Tensors that share a storage share their
 * bytes here too. Several threads may read at once.
 */
public final class TorchZipFile implements WeightFile {
    private static final int MAX_PICKLE_BYTES = 8 << 20;
    private static final String PICKLE = "/data.pkl";
    private static final int ZIP_MAGIC = 0x504b0304;
    private static final int MAX_DIMENSIONS = 16;

    private final Path path;
    private final TensorReader reader;
    private final Map<String, TensorInfo> tensors;

    private TorchZipFile(Path path, TensorReader reader, Map<String, TensorInfo> tensors) {
        this.path = path;
        this.reader = reader;
        this.tensors = tensors;
    }

    /**
     * Opens a file and reads its directory.
     *
     * @throws InvalidWeightsException when it is not such a file, is damaged, truncated, big-endian or compressed, or
     *     its pickle names anything but tensors
     * @throws IOException when it cannot be read
     */
    public static TorchZipFile open(Path path) throws IOException {
        TensorReader reader = TensorReader.open(path);
        try {
            requireZip(path, reader);
            Map<String, ZipDirectory.Entry> entries = ZipDirectory.read(path, reader);
            return new TorchZipFile(path, reader, directory(path, reader, entries));
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private static void requireZip(Path path, TensorReader reader) throws IOException {
        if (reader.size() < 4) {
            throw new InvalidWeightsException(path + " has " + reader.size() + " bytes; expected a PyTorch zip file");
        }
        ByteBuffer magic = ByteBuffer.allocate(4);
        reader.readFully(magic, 0);
        if (magic.get(0) == (byte) 0x80) {
            throw new InvalidWeightsException(path + " is in PyTorch's format from before version 1.6; expected its zip"
                    + " format: load it in PyTorch and save it again");
        }
        if (magic.getInt(0) != ZIP_MAGIC) {
            throw new InvalidWeightsException(path + " is not a PyTorch zip file: it begins with other bytes");
        }
    }

    private static Map<String, TensorInfo> directory(
            Path path, TensorReader reader, Map<String, ZipDirectory.Entry> entries) throws IOException {
        List<String> pickles =
                entries.keySet().stream().filter(name -> name.endsWith(PICKLE)).toList();
        if (pickles.size() != 1) {
            throw new InvalidWeightsException(
                    path + " has " + pickles.size() + " entries called data.pkl; a PyTorch file has one");
        }
        String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
        requireLittleEndian(path, reader, entries.get(folder + "/byteorder"));
        ByteBuffer pickle = content(path, reader, entries.get(folder + PICKLE));
        if (!(Unpickler.read(path.toString(), pickle) instanceof Map<?, ?> state)) {
            throw new InvalidWeightsException(path + " does not hold a dictionary of tensors");
        }
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : state.entrySet()) {
            String name = (String) entry.getKey();
            if (!(entry.getValue() instanceof PickledTensor tensor)) {
                throw new InvalidWeightsException(path + " holds something else than a tensor under \"" + name
                        + "\"; expected a dictionary of tensors");
            }
            ZipDirectory.Entry storage =
                    entries.get(folder + "/data/" + tensor.storage().key());
            tensors.put(name, info(path + ": tensor " + name, name, tensor, storage));
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static void requireLittleEndian(Path path, TensorReader reader, ZipDirectory.Entry entry)
            throws IOException {
        if (entry == null) {
            return;
        }
        String order =
                StandardCharsets.US_ASCII.decode(content(path, reader, entry)).toString();
        if (!order.equals("little")) {
            throw new InvalidWeightsException(path + " stores \"" + order + "\"-endian numbers; expected little");
        }
    }

    private static ByteBuffer content(Path path, TensorReader reader, ZipDirectory.Entry entry) throws IOException {
        if (entry.size() > MAX_PICKLE_BYTES) {
            throw new InvalidWeightsException(
                    path + " has a description of " + entry.size() + " bytes; expected at most " + MAX_PICKLE_BYTES);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.size());
        reader.readFully(bytes, entry.begin());
        return bytes.flip();
    }

    private static TensorInfo info(String where, String name, PickledTensor tensor, ZipDirectory.Entry entry) {
        DType dtype = tensor.storage().dtype();
        if (entry == null
                || entry.size() % dtype.bytes() != 0
                || entry.size() / dtype.bytes() != tensor.storage().elements()) {
            throw new InvalidWeightsException(
                    where + " needs " + tensor.storage().elements() + " elements of " + dtype + " but its storage has "
                            + (entry == null ? 0 : entry.size()) + " bytes");
        }
        if (tensor.shape().size() > MAX_DIMENSIONS) {
            throw new InvalidWeightsException(where + " has " + tensor.shape().size() + " dimensions");
        }
        try {
            long span = span(where, tensor);
            long begin = entry.begin() + tensor.offset() * dtype.bytes();
            return new TensorInfo(name, dtype, tensor.shape(), tensor.strides(), begin, begin + span * dtype.bytes());
        } catch (ArithmeticException e) {
            throw new InvalidWeightsException(
                    where + " of shape " + Shapes.format(tensor.shape()) + " has more elements than can be counted", e);
        }
    }

    /** The elements from the tensor's first to its last; all of them must lie in the storage, none twice. */
    private static long span(String where, PickledTensor tensor) {
        long count = Shapes.count(tensor.shape());
        long span = count == 0 ? 0 : 1;
        for (int d = 0; d < tensor.shape().size() && count > 0; d++) {
            span = Math.addExact(
                    span,
                    Math.multiplyExact(
                            tensor.shape().get(d) - 1, tensor.strides().get(d).longValue()));
        }
        if (tensor.offset() < 0
                || Math.addExact(tensor.offset(), span) > tensor.storage().elements()) {
            throw new InvalidWeightsException(where + " of shape " + Shapes.format(tensor.shape())
                    + " lies outside its storage of " + tensor.storage().elements() + " elements");
        }
        if (count > span) {
            throw new InvalidWeightsException(where + " of shape " + Shapes.format(tensor.shape())
                    + " uses elements several times; expected each once");
        }
        return span;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
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
        TensorInfo info = tensors.get(name);
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
