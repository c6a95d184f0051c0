package io.github.florence4j.weights;

import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.weights.CheckpointFiles.Located;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Reads single tensors of a checkpoint into their final form: orientation, precision, device. */
final class TensorLoading {
    private static final long PIECE = 1 << 18;

    private TensorLoading() {}

    static Tensor read(String name, Located located, KeyLayout layout, DType dtype, Device device) throws IOException {
        Tensor tensor = checked(
                name, located, layout, located.file().read(located.info().name(), dtype));
        return device.is_cpu() ? tensor : tensor.to(device, dtype.scalarType());
    }

    /** As {@link #read}, on the processor and in memory of its own. */
    static Tensor copy(String name, Located located, KeyLayout layout, DType dtype) throws IOException {
        return checked(name, located, layout, located.file().copy(located.info().name(), dtype));
    }

    /** As {@link #copy}, of weights that this project wrote and checked when it did. */
    static Tensor copyChecked(Located located, DType dtype) throws IOException {
        return located.file().copy(located.info().name(), dtype);
    }

    /** Some rows of a matrix, in single precision and in memory of their own. */
    static Tensor copyRows(Located located, long first, long count) throws IOException {
        Tensor rows = located.file().copyRows(located.info().name(), DType.FLOAT32, first, count);
        requireFinite(located, rows);
        return rows;
    }

    private static Tensor checked(String name, Located located, KeyLayout layout, Tensor tensor) {
        requireFinite(located, tensor);
        return layout.transposes(name) ? tensor.t().contiguous() : tensor;
    }

    /**
     * Infinities and NaN survive a sum, so one fast pass finds them; a sum that overflowed is looked at closely. It goes
     * piece by piece because libtorch sums half precision through a copy in single precision.
     */
    private static void requireFinite(Located located, Tensor tensor) {
        Tensor flat = tensor.view(-1);
        for (long done = 0; done < flat.numel(); done += PIECE) {
            try (PointerScope scope = new PointerScope()) {
                Tensor piece = flat.narrow(0, done, Math.min(PIECE, flat.numel() - done));
                double sum = torch.sum(piece, new ScalarTypeOptional(DType.FLOAT32.scalarType()))
                        .item_double();
                if (!Double.isFinite(sum) && !torch.isfinite(piece).all().item_bool()) {
                    throw new InvalidWeightsException("tensor " + located.info().name() + " in "
                            + located.file().path() + " holds infinite values or NaN as " + DType.of(tensor));
                }
            }
        }
    }

    /**
     * The cosine table of frame numbers: sine in even columns, cosine in odd ones (specification 2.3, step 2; reference:
     * {@code Florence2VisionPositionalEmbeddingCosine1D}).
     */
    static Tensor frameTable(VisionConfig vision, DType dtype, Device device) {
        int frames = vision.maxTemporalEmbeddings();
        int width = vision.outputDim();
        TensorOptions fp32 = new TensorOptions(DType.FLOAT32.scalarType());
        Tensor even = torch.arange(new Scalar(0), new Scalar(width), new Scalar(2), fp32);
        Tensor frequencies = even.mul(new Scalar(-Math.log(10000.0) / width)).exp(); // (D / 2)
        Tensor angles = torch.arange(new Scalar(frames), fp32).unsqueeze(1).mul(frequencies); // (T, D / 2)
        Tensor table = torch.stack(new TensorVector(angles.sin(), angles.cos()), -1) // (T, D / 2, 2)
                .view(frames, width); // (T, D)
        return table.to(device, dtype.scalarType());
    }

    /** The logits bias of the published checkpoints is zero; adding it would cost time and change nothing. */
    static void dropZeroBias(Map<String, Tensor> tensors) {
        Tensor bias = tensors.get(TensorNames.LOGITS_BIAS);
        if (bias == null) {
            return;
        }
        if (isZero(bias)) {
            tensors.remove(TensorNames.LOGITS_BIAS);
            bias.close();
        }
    }

    static boolean isZero(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            return tensor.count_nonzero().item_long() == 0;
        }
    }
}
