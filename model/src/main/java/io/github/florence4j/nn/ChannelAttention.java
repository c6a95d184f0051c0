package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.matmul;

import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention of channels over channels, within groups (specification 2.2; reference: {@code Florence2VisionChannelAttention}).
 *
 * <p>The scale is {@code N^-1/2} with N the number of positions: it depends on the resolution, not on the head width.
 */
final class ChannelAttention implements DavitVisionTower.MapAttention {
    private final Linear qkv;
    private final Linear proj;
    private final int groups;
    private final ScalarType type;

    ChannelAttention(Parameters at, int groups) {
        this(at.linear("qkv"), at.linear("proj"), groups, at.attentionType());
    }

    private ChannelAttention(Linear qkv, Linear proj, int groups, ScalarType type) {
        this.qkv = qkv;
        this.proj = proj;
        this.groups = groups;
        this.type = type;
    }

    @Override
    public Tensor forward(Tensor map, Regularization regularization) {
        Tensor parts = project(map, regularization);
        Tensor weights = weights(scores(parts), map.size(1) * map.size(2));
        return proj.forward(attend(parts.select(0, 2), weights, map), regularization);
    }

    /** The scores are a sum over positions, so they come from one pass over the map, and the values from another. */
    @Override
    public void addTo(Tensor x, LayerNorm norm, long tokens) {
        new ChannelAttention(qkv.forParts(), proj.forParts(), groups, type).addParts(x, norm, tokens);
    }

    private void addParts(Tensor x, LayerNorm norm, long tokens) {
        long height = x.size(1);
        long rows = Math.max(1, tokens / x.size(2));
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> values = new ArrayList<>();
            Tensor scores = x.new_zeros(x.size(0), groups, x.size(3) / groups, x.size(3) / groups);
            for (long first = 0; first < height; first += rows) {
                Tensor part = x.narrow(1, first, Math.min(rows, height - first));
                values.add(Scopes.keep(() -> {
                    Tensor parts = project(norm.forward(part), Regularization.NONE);
                    scores.add_(scores(parts));
                    return parts.select(0, 2).clone(); // so that queries and keys go
                }));
            }
            Tensor weights = weights(scores, height * x.size(2));
            for (int i = 0; i < values.size(); i++) {
                try (PointerScope inner = new PointerScope()) {
                    Tensor part = x.narrow(1, i * rows, Math.min(rows, height - i * rows));
                    part.add_(proj.forward(attend(values.get(i), weights, part), Regularization.NONE));
                }
            }
        }
    }

    /** Queries, keys and values {@code (3, b, g, n, d)}. */
    private Tensor project(Tensor map, Regularization regularization) {
        return Attention.prepare(
                qkv.forward(qkv.operand(map), regularization, type)
                        .view(map.size(0), map.size(1) * map.size(2), 3, groups, map.size(3) / groups)
                        .permute(2, 0, 3, 1, 4),
                type);
    }

    /** {@code (b, g, d, d)}: rows query channels, columns key channels. */
    private static Tensor scores(Tensor parts) {
        return matmul(parts.select(0, 0).transpose(2, 3), parts.select(0, 1));
    }

    private Tensor weights(Tensor scores, long positions) {
        Tensor weights = scores.mul(new Scalar(1 / Math.sqrt(positions))).softmax(-1);
        return type == ScalarType.BFloat16 ? weights.to(type) : weights;
    }

    /** The attended values in the shape of the map, as the projection takes them, of values {@code (b, g, n, d)}. */
    private Tensor attend(Tensor values, Tensor weights, Tensor map) {
        Tensor attended = matmul(values, weights.transpose(2, 3)).transpose(1, 2); // (b, n, g, d)
        return proj.operand(attended).reshape(map.size(0), map.size(1), map.size(2), map.size(3));
    }
}
