package io.github.florence4j.finetune;

import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The exponential moving average of the weights that train: {@code a = decay * a + (1 - decay) * w} after every step. */
final class WeightAverage implements AutoCloseable {
    private final Map<String, Tensor> parameters;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private final double decay;

    /** The average of those parameters, which begins at what they are. */
    WeightAverage(Map<String, Tensor> parameters, double decay) {
        this.parameters = parameters;
        this.decay = decay;
        parameters.forEach((name, parameter) ->
                averages.put(name, Scopes.own(() -> parameter.detach().clone())));
    }

    /** Takes the weights after a step in. */
    void update() {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Scalar share = new Scalar(1 - decay);
            parameters.forEach((name, parameter) -> average(name).lerp_(parameter, share));
        }
    }

    /** Exchanges weights and average: once to use the average, once more to go on. */
    void swap() {
        try (NoGrad noGrad = new NoGrad()) {
            parameters.forEach((name, parameter) -> {
                try (PointerScope scope = new PointerScope()) {
                    Tensor average = average(name);
                    Tensor weights = parameter.detach().clone();
                    parameter.copy_(average);
                    average.copy_(weights);
                }
            });
        }
    }

    private Tensor average(String name) {
        return Objects.requireNonNull(averages.get(name), name);
    }

    /** The averages by parameter; only lent. */
    Map<String, Tensor> averages() {
        return averages;
    }

    @Override
    public void close() {
        averages.values().forEach(Tensor::close);
    }
}
