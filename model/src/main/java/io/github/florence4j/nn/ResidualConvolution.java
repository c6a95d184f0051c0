package io.github.florence4j.nn;

import io.github.florence4j.torch.Scopes;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A depthwise 3 x 3 convolution that is added to its input. With weights that never change the addition is a one in the middle
 * of each kernel: that saves reading and writing the map once more.
 */
final class ResidualConvolution {
    private final Convolution convolution;
    private final boolean folded;

    /**
     * A residual convolution.
     *
     * @param folded whether the weights of {@code convolution} are {@link #plusIdentity} already
     */
    ResidualConvolution(Convolution convolution, boolean folded) {
        this.convolution = convolution;
        this.folded = folded;
    }

    /** Weights {@code (c, 1, 3, 3)} that give the input besides. */
    static Tensor plusIdentity(Tensor weight) {
        Tensor kernel = weight.clone();
        kernel.select(3, 1).select(2, 1).add_(new Scalar(1.0));
        return kernel;
    }

    /** {@code x + conv(x)} of {@code x (b, y, x, c)}. */
    Tensor forward(Tensor map) {
        Tensor result = convolution.forward(map);
        return folded ? result : Residual.add(result, map);
    }

    /**
     * As {@link #forward} in the memory of {@code map (b, y, x, c)}, in evaluation, some rows at a time. What a part gives is written
     * when the part below it has been computed, which sees the last row of it.
     */
    void inPlace(Tensor map, long rows) {
        for (long b = 0; b < map.size(0); b++) {
            try (PointerScope scope = new PointerScope()) {
                inPlaceOfOne(map.narrow(0, b, 1), rows);
            }
        }
    }

    private void inPlaceOfOne(Tensor map, long rows) {
        long height = map.size(1);
        Tensor above = null;
        for (long first = 0; first < height; first += rows) {
            long begin = first;
            long count = Math.min(rows, height - first);
            Tensor part = Scopes.keep(() -> {
                long top = Math.max(0, begin - 1); // a part sees a row of each neighbour
                long bottom = Math.min(height, begin + count + 1);
                return forward(map.narrow(1, top, bottom - top)).narrow(1, begin - top, count);
            });
            if (above != null) {
                write(above, map, first - rows);
            }
            above = part;
        }
        if (above != null) {
            write(above, map, height - above.size(1));
        }
    }

    private static void write(Tensor part, Tensor map, long first) {
        try (PointerScope scope = new PointerScope()) {
            map.narrow(1, first, part.size(1)).copy_(part);
        }
        part.close();
    }
}
