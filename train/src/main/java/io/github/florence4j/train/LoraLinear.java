package io.github.florence4j.train;

import static org.bytedeco.pytorch.global.torch.linear;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Regularization;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** A linear layer plus its low-rank adapter, which drops inputs as the pass says. */
record LoraLinear(Linear base, LoraAdapters.Adapter adapter, double dropout) implements Linear {
    @Override
    public Tensor forward(Tensor x, Regularization regularization) {
        Tensor change = linear(linear(regularization.dropout(x, dropout), adapter.down()), adapter.up());
        return base.forward(x, regularization).add(change, new Scalar(adapter.scale()));
    }
}
