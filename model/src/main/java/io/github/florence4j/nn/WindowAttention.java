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
                if (part.size(1) % window == 0 && x.size(2) % window == 0) {
                    Tensor normed = windows(qkv.operand(norm.forward(part)));
                    windows(part).add_(attend(normed, Regularization.NONE));
                } else {
                    part.add_(forward(norm.forward(part), Regularization.NONE));
                }
            }
        }
    }

    @Override
    public Tensor forward(Tensor map, Regularization regularization) {
        long height = map.size(1);
        long width = map.size(2);
        long bottom = Math.floorMod(-height, window);
        long right = Math.floorMod(-width, window);
        Tensor windows = windows(pad(qkv.operand(map), bottom, right));
        Tensor out = attend(windows, regularization)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(map.size(0), height + bottom, width + right, map.size(3));
        return out.narrow(1, 0, height).narrow(2, 0, width);
    }

    /** A view {@code (b, rows, columns, window, window, c)} of a map whose sides are multiples of the window. */
    private Tensor windows(Tensor map) {
        return map.view(map.size(0), map.size(1) / window, window, map.size(2) / window, window, map.size(3))
                .permute(0, 1, 3, 2, 4, 5);
    }

    /** Attention within windows {@code (b, rows, columns, window, window, c)}. */
    private Tensor attend(Tensor windows, Regularization regularization) {
        long count = windows.size(0) * windows.size(1) * windows.size(2);
        long tokens = (long) window * window;
        long c = windows.size(5);
        Tensor heads3 = Attention.prepare(
                qkv.forward(windows.reshape(count, tokens, c), regularization, type)
                        .view(count, tokens, 3, heads, c / heads)
                        .permute(2, 0, 3, 1, 4), // (3, b·windows, h, t, d)
                type);
        Tensor attended = regularization
                .attend(heads3.select(0, 0), heads3.select(0, 1), heads3.select(0, 2), new TensorOptional(), 0, false)
                .transpose(1, 2); // (b·windows, t, h, d)
        return proj.forward(proj.operand(attended).reshape(count, tokens, c), regularization)
                .view(windows.shape());
    }

    private static Tensor pad(Tensor map, long bottom, long right) {
        return bottom == 0 && right == 0 ? map : constant_pad_nd(map, 0, 0, 0, right, 0, bottom);
    }
}
