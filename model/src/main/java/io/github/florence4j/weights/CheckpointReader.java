package io.github.florence4j.weights;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.StoredRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A checkpoint whose tensors are read one by one, each when it is asked for: for a network that keeps its weights in another
 * form than the files. Open it only while the network is built.
 */
public final class CheckpointReader implements Parameters.Source, AutoCloseable {
    private final CheckpointFiles files;
    private final LoadPlan plan;

    private CheckpointReader(CheckpointFiles files, LoadPlan plan) {
        this.files = files;
        this.plan = plan;
    }

    /**
     * Opens a checkpoint folder and checks names and shapes, as {@link Checkpoint#load} does.
     *
     * @throws InvalidWeightsException when the files are damaged or do not fit the configuration
     * @throws io.github.florence4j.config.InvalidConfigException when the configuration cannot be used
     */
    public static CheckpointReader open(Path directory) throws IOException {
        Florence2Config stated = Florence2Config.read(directory);
        CheckpointFiles files = CheckpointFiles.open(directory);
        try {
            return new CheckpointReader(files, LoadPlan.fitting(files, stated, directory));
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** The configuration, with the table sizes that the tensors really have. */
    public Florence2Config config() {
        return plan.config();
    }

    /** What was ignored or repaired. */
    public LoadReport report() {
        return plan.report();
    }

    /**
     * The tensor of that name, tied ones included, in single precision and in memory of its own, which belongs to the caller's
     * scope. Only the token table comes as it is stored, a view of the mapped file, of which nobody looks at more than the shape: rows of it are {@link #storedRows}.
     *
     * @throws InvalidWeightsException when there is none, or it holds numbers that are not finite
     * @throws UncheckedIOException when the file cannot be read
     */
    @Override
    public Tensor get(String name) {
        String stored = TensorNames.untied(name);
        CheckpointFiles.Located located = plan.tensors().get(stored);
        try {
            if (located == null) {
                return missing(name);
            }
            return stored.equals(TensorNames.TOKEN_TABLE)
                    ? Scopes.keep(() -> located.file()
                            .read(located.info().name(), located.info().dtype()))
                    : copy(stored);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #get}, the token table too in single precision and in memory of its own. */
    public Tensor copy(String name) {
        String stored = TensorNames.untied(name);
        CheckpointFiles.Located located = plan.tensors().get(stored);
        if (located == null) {
            return missing(name);
        }
        try {
            return Scopes.keep(() -> TensorLoading.copy(stored, located, plan.layout(), DType.FLOAT32));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows of a matrix as it is stored, where they can be read one by one; they stay usable when this is closed. */
    public Optional<StoredRows> storedRows(String name) {
        CheckpointFiles.Located located = located(name);
        try {
            return located.file().storedRows(located.info().name());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a packed checkpoint says of itself; empty for an ordinary one. */
    public Optional<PackedFormat> packed() {
        return files.packed();
    }

    /**
     * The matrix of a linear layer in a type and in memory of its own.
     *
     * @throws InvalidWeightsException as {@link #get}
     */
    public Tensor matrix(String name, DType type) {
        try {
            if (packed().isPresent()) {
                return Scopes.keep(() -> TensorLoading.copyChecked(stored(name, type), type));
            }
            CheckpointFiles.Located located = located(name);
            return Scopes.keep(() -> TensorLoading.copy(TensorNames.untied(name), located, plan.layout(), type));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The factors {@code (out)} of the rows of a matrix in 8 bits, of a packed checkpoint.
     *
     * @throws InvalidWeightsException when there are none, or they are not finite
     */
    public Tensor scales(String name) {
        CheckpointFiles.Located matrix = stored(name, DType.INT8);
        CheckpointFiles.Located scales = files.extras().get(matrix.info().name() + PackedFormat.SCALE);
        if (scales == null
                || !scales.info().shape().equals(matrix.info().shape().subList(0, 1))) {
            throw damaged(matrix, "a factor for each row");
        }
        try {
            return Scopes.keep(() -> TensorLoading.copy(scales.info().name(), scales, plan.layout(), DType.FLOAT32));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a packed checkpoint has the matrix of a linear layer: that of the head beside the token table. */
    private CheckpointFiles.Located stored(String name, DType type) {
        boolean head = TensorNames.untied(name).equals(TensorNames.TOKEN_TABLE);
        CheckpointFiles.Located located = head ? files.extras().get(TensorNames.HEAD) : located(name);
        if (located == null) {
            throw new InvalidWeightsException("the packed weights have no tensor " + TensorNames.HEAD);
        }
        if (located.info().dtype() != type || !located.info().shape().equals(shape(name))) {
            throw damaged(located, type + " " + Shapes.format(shape(name)));
        }
        return located;
    }

    private static InvalidWeightsException damaged(CheckpointFiles.Located located, String expected) {
        return new InvalidWeightsException("tensor " + located.info().name() + " in "
                + located.file().path() + " is " + located.info().dtype() + " "
                + Shapes.format(located.info().shape()) + "; expected " + expected + ", so pack the checkpoint anew");
    }

    /** Rows {@code first} to {@code first + count - 1} of a matrix, as {@link #copy} gives it. */
    public Tensor copyRows(String name, long first, long count) {
        String stored = TensorNames.untied(name);
        CheckpointFiles.Located located = located(name);
        if (plan.layout().transposes(stored)) {
            return Scopes.keep(() -> copy(name).narrow(0, first, count).clone());
        }
        try {
            return Scopes.keep(() -> TensorLoading.copyRows(located, first, count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The shape of a tensor, as {@link #copy} gives it. */
    public List<Long> shape(String name) {
        List<Long> shape = located(name).info().shape();
        return plan.layout().transposes(TensorNames.untied(name)) ? List.of(shape.get(1), shape.get(0)) : shape;
    }

    private CheckpointFiles.Located located(String name) {
        CheckpointFiles.Located located = plan.tensors().get(TensorNames.untied(name));
        if (located == null) {
            throw new InvalidWeightsException("the weights have no tensor " + name);
        }
        return located;
    }

    private Tensor missing(String name) {
        if (name.equals(TensorNames.FRAME_TABLE)) {
            return Scopes.keep(() -> TensorLoading.frameTable(plan.config().vision(), DType.FLOAT32, Devices.cpu()));
        }
        throw new InvalidWeightsException("the weights have no tensor " + name);
    }

    @Override
    public boolean has(String name) {
        if (name.equals(TensorNames.LOGITS_BIAS) && plan.tensors().containsKey(name)) {
            try (Tensor bias = Scopes.own(() -> copy(name))) {
                return !TensorLoading.isZero(bias);
            }
        }
        return plan.tensors().containsKey(TensorNames.untied(name)) || name.equals(TensorNames.FRAME_TABLE);
    }

    /** Closes the files; the token table stays mapped as long as it is used. */
    @Override
    public void close() throws IOException {
        files.close();
    }
}
