package io.github.florence4j.train;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a batch, as far as they are already computed.
 *
 * @param stage what {@code tensor} holds
 * @param tensor in the shape that the stage says
 * @param rows {@code (b)}, which of the pictures each example has; null when each has its own, in order
 */
public record ImageInput(Stage stage, Tensor tensor, @Nullable Tensor rows) {
    /** Pictures of which each example has its own. */
    public ImageInput(Stage stage, Tensor tensor) {
        this(stage, tensor, null);
    }

    /** The same pictures further along. */
    ImageInput advanced(Stage next, Tensor computed) {
        return new ImageInput(next, computed, rows);
    }

    /** How many examples have a picture here. */
    long examples() {
        return rows == null ? tensor.size(0) : rows.size(0);
    }

    /** The pictures of some of the examples, which are {@code index (n)}. */
    ImageInput select(Tensor index) {
        return new ImageInput(stage, tensor, rows == null ? index : rows.index_select(0, index));
    }

    /** The pictures of {@code count} examples from {@code first} on, and no others if these stand together. */
    ImageInput narrow(long first, long count) {
        if (rows == null) {
            return new ImageInput(stage, tensor.narrow(0, first, count));
        }
        Tensor wanted = rows.narrow(0, first, count);
        long least = wanted.min().item_long();
        long most = wanted.max().item_long();
        return new ImageInput(stage, tensor.narrow(0, least, most - least + 1), wanted.sub(new Scalar(least)));
    }

    /** The tensor with a row for each example. */
    Tensor perExample() {
        return rows == null ? tensor : tensor.index_select(0, rows);
    }

    /** How far along the vision path the pictures are. */
    public enum Stage {
        /** Pixel values {@code (b, 3, height, width)}. */
        PIXELS,
        /** The frozen vision tower's map {@code (b, y, x, c)}. */
        TOWER_MAP,
        /** Visual tokens {@code (b, n, p)} behind a frozen tower and projector. */
        VISUAL_TOKENS
    }
}
