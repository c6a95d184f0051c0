package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Self-attention within non-overlapping square windows (specification 2.2; reference: {@code Florence2VisionWindowAttention}).
 *
 * <p>Maps whose sides are no multiple of the window are padded with zeros on the right and the bottom. Padded positions
 * take part as keys and values: there is no mask and no position bias.
 */
final class WindowAttention implements DavitVisionTower.MapAttention {
    private final Linear qkv;
    private final Linear proj;
    private final int heads;
    private final int window;
    private final ScalarType type;

    WindowAttention(Parameters at, int heads, int window) {
        this.qkv = at.linear("qkv");
        this.proj = at.linear("proj");
        this.heads = heads;
        this.window = window;
        this.type = at.attentionType();
    }

    @Override
    public long independentRows(long height) {
        return window;
    }

    @Override
    public Tensor forward(Tensor map, Regularization regularization) {
        long b = map.size(0);
        long height = map.size(1);
        long width = map.size(2);
        long c = map.size(3);
        long rows = Math.floorDiv(height + window - 1, window);
        long columns = Math.floorDiv(width + window - 1, window);
        long tokens = (long) window * window;

        Tensor windows = pad(qkv.operand(map), rows * window - height, columns * window - width)
                .view(b, rows, window, columns, window, c)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(b * rows * columns, tokens, c); // (b·windows, t, c)
        Tensor heads3 = Attention.prepare(
                qkv.forward(windows, regularization)
                        .view(b * rows * columns, tokens, 3, heads, c / heads)
                        .permute(2, 0, 3, 1, 4), // (3, b·windows, h, t, d)
                type);
        Tensor attended = regularization
                .attend(heads3.select(0, 0), heads3.select(0, 1), heads3.select(0, 2), new TensorOptional(), 0, false)
                .transpose(1, 2)
                .reshape(b * rows * columns, tokens, c);
        Tensor out = proj.forward(attended, regularization)
                .view(b, rows, columns, window, window, c)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(b, rows * window, columns * window, c);
        return out.narrow(1, 0, height).narrow(2, 0, width);
    }

    private static Tensor pad(Tensor map, long bottom, long right) {
        return bottom == 0 && right == 0 ? map : constant_pad_nd(map, 0, 0, 0, right, 0, bottom);
    }
}
