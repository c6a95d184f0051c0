package io.github.florence4j.train;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Scopes;
import java.util.Arrays;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Dropout and stochastic depth as they act in training (specification 2.2 and 3.2). Draws come from libtorch's default
 * generator: {@link io.github.florence4j.torch.Seeds#set} makes them repeatable.
 */
public final class TrainingRegularization implements Regularization {
    @Override
    public Tensor dropout(Tensor x, double rate) {
        return rate == 0 ? x : torch.dropout(x, rate, true);
    }

    @Override
    public Tensor dropPath(Tensor branch, double rate) {
        if (rate == 0) {
            return branch;
        }
        double keep = 1 - rate;
        return Scopes.keep(() -> {
            long[] perSample = new long[(int) branch.dim()];
            Arrays.fill(perSample, 1);
            perSample[0] = branch.size(0);
            Tensor kept = branch.new_empty(perSample).bernoulli_(keep, new GeneratorOptional());
            return branch.mul(kept.div_(new Scalar(keep)));
        });
    }

    @Override
    public double attentionDropout(double rate) {
        return rate;
    }
}
