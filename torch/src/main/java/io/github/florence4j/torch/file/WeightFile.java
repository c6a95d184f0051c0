package io.github.florence4j.torch.file;

import io.github.florence4j.torch.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** An open file of named tensors. Tensors that were read stay valid after it is closed. */
public interface WeightFile extends AutoCloseable {
    /** The file. */
    Path path();

    /** Its tensors by name, in the file's order. */
    Map<String, TensorInfo> tensors();

    /**
     * Reads one tensor in a precision.
     *
     * <p>When the stored type is the wanted one, the result is a view of the mapped file: it costs no copy, its pages
     * are loaded when first touched and are the operating system's cache. It must not be written to, and the file must
     * not be shortened or overwritten in place while it lives (replacing the file by a move is safe). Otherwise its
     * elements are converted through a small buffer into memory of their own. It belongs to the caller's scope, as
     * {@link io.github.florence4j.torch.Scopes#keep} says.
     *
     * @throws IllegalArgumentException when there is no such tensor
     */
    Tensor read(String name, DType dtype) throws IOException;

    /**
     * Reads one tensor in a precision as {@link #read}, but into memory of its own: for weights that are only passed on,
     * such as to be packed, so that no page of the file becomes part of the process.
     *
     * @throws IllegalArgumentException when there is no such tensor
     */
    Tensor copy(String name, DType dtype) throws IOException;

    /**
     * As {@link #copy}, some rows of a matrix only.
     *
     * @throws IllegalArgumentException when there is no such tensor
     */
    Tensor copyRows(String name, DType dtype, long first, long count) throws IOException;

    /**
     * The rows of a matrix, to be read when they are wanted; nothing when they do not lie in the file one after another. It
     * outlives this file and is closed by itself.
     *
     * @throws IllegalArgumentException when there is no such tensor
     */
    Optional<StoredRows> storedRows(String name) throws IOException;

    @Override
    void close() throws IOException;
}
