package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.matmul;

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
        this.qkv = at.linear("qkv");
        this.proj = at.linear("proj");
        this.groups = groups;
        this.type = at.attentionType();
    }

    @Override
    public long independentRows(long height) {
        return height;
    }

    @Override
    public Tensor forward(Tensor map, Regularization regularization) {
        long b = map.size(0);
        long n = map.size(1) * map.size(2);
        long c = map.size(3);
        Tensor groups3 = Attention.prepare(
                qkv.forward(qkv.operand(map), regularization)
                        .view(b, n, 3, groups, c / groups)
                        .permute(2, 0, 3, 1, 4), // (3, b, g, n, d)
                type);
        Tensor q = groups3.select(0, 0);
        Tensor k = groups3.select(0, 1);
        Tensor v = groups3.select(0, 2);
        Tensor weights = matmul(q.transpose(2, 3), k) // (b, g, d, d): rows query channels, columns key channels
                .mul(new Scalar(1 / Math.sqrt(n)))
                .softmax(-1);
        Tensor attended = matmul(v, weights.transpose(2, 3)) // (b, g, n, d)
                .transpose(1, 2)
                .reshape(b, map.size(1), map.size(2), c);
        return proj.forward(attended, regularization);
    }
}
