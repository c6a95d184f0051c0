package io.github.florence4j.train;

import static org.bytedeco.pytorch.global.torch.linear;

import io.github.florence4j.nn.Linear;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A linear layer plus its low-rank adapter. Dropout acts where gradients are recorded, so evaluation has none. */
final class LoraLinear implements Linear {
    private final Linear base;
    private final Tensor down; // (r, in)
    private final Tensor up; // (out, r)
    private final double scale;
    private final double dropout;

    LoraLinear(Linear base, Tensor down, Tensor up, LoraOptions options) {
        this.base = base;
        this.down = down;
        this.up = up;
        this.scale = options.scale();
        this.dropout = options.dropout();
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor input = dropout > 0 && GradMode.is_enabled() ? torch.dropout(x, dropout, true) : x;
        return base.forward(x).add(linear(linear(input, down), up), new Scalar(scale));
    }
}
