package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import org.bytedeco.javacpp.PointerScope;
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
        this(at.linear("qkv"), at.linear("proj"), heads, window, at.attentionType());
    }

    private WindowAttention(Linear qkv, Linear proj, int heads, int window, ScalarType type) {
        this.qkv = qkv;
        this.proj = proj;
        this.heads = heads;
        this.window = window;
        this.type = type;
    }

    @Override
    public void addTo(Tensor x, LayerNorm norm, long tokens) {
        new WindowAttention(qkv.forParts(), proj.forParts(), heads, window, type).addParts(x, norm, tokens);
    }

    private void addParts(Tensor x, LayerNorm norm, long tokens) {
        long height = x.size(1);
        long rows = window * Math.max(1, tokens / (window * x.size(2)));
        for (long first = 0; first < height; first += rows) {
            try (PointerScope scope = new PointerScope()) {
                Tensor part = x.narrow(1, first, Math.min(rows, height - first));
                part.add_(forward(norm.forward(part), Regularization.NONE));
            }
        }
    }

    @Override
    public Tensor forward(Tensor map, Regularization regularization) {
        long height = map.size(1);
        long width = map.size(2);
        long bottom = Math.floorMod(-height, window);
        long right = Math.floorMod(-width, window);
        Tensor out = attend(pad(qkv.operand(map), bottom, right), regularization);
        return out.narrow(1, 0, height).narrow(2, 0, width);
    }

    /** Attention within the windows of a map whose sides are multiples of them; positions of a window come together only as heads do. */
    private Tensor attend(Tensor map, Regularization regularization) {
        long b = map.size(0);
        long rows = map.size(1) / window; // of windows
        long columns = map.size(2) / window;
        long d = map.size(3) / heads;
        Tensor heads3 = Attention.prepare(
                        qkv.forward(map, regularization, type)
                                .view(b, rows, window, columns, window, 3, heads, d)
                                .permute(5, 0, 1, 3, 6, 2, 4, 7), // (3, b, rows, columns, h, window, window, d)
                        type)
                .reshape(3, b * rows * columns, heads, (long) window * window, d); // (3, b·windows, h, t, d)
        Tensor attended = regularization
                .attend(heads3.select(0, 0), heads3.select(0, 1), heads3.select(0, 2), new TensorOptional(), 0, false)
                .reshape(b, rows, columns, heads, window, window, d)
                .permute(0, 1, 4, 2, 5, 3, 6); // (b, rows, window, columns, window, h, d)
        return proj.forward(proj.operand(attended).reshape(map.shape()), regularization);
    }

    private static Tensor pad(Tensor map, long bottom, long right) {
        return bottom == 0 && right == 0 ? map : constant_pad_nd(map, 0, 0, 0, right, 0, bottom);
    }
}
