package io.github.florence4j.pretrain;

import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The head that is thrown away after the warm-up: one linear map from a visual token to the classes of its slots. One
 * classifier for all slots would have fewer weights and learns more slowly (docs/decisions/0015-small-model.md).
 */
final class GlyphReader implements AutoCloseable {
    private static final double DEVIATION = 0.02;

    private final Tensor weight; // (slots · classes, c)
    private final Tensor bias; // (slots · classes)

    GlyphReader(GlyphMap map, int channels, Device device, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int outputs = map.slots() * GlyphMap.CLASSES;
        float[] weights = new float[outputs * channels];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (random.nextGaussian() * DEVIATION);
        }
        this.weight = parameter(device, weights, outputs, channels);
        this.bias = parameter(device, new float[outputs], outputs);
    }

    private GlyphReader(Tensor weight, Tensor bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** Other leaves on the same memory, with gradients of their own. */
    GlyphReader replica() {
        return new GlyphReader(leaf(weight), leaf(bias));
    }

    private static Tensor leaf(Tensor of) {
        return Scopes.own(() -> {
            Tensor tensor = of.detach();
            tensor.set_requires_grad(true);
            return tensor;
        });
    }

    private static Tensor parameter(Device device, float[] values, long... shape) {
        return Scopes.own(() -> {
            Tensor tensor = Tensors.ofFloats(device, values).view(shape);
            tensor.set_requires_grad(true);
            return tensor;
        });
    }

    /** What trains, by name. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("glyph_reader.weight", weight);
        parameters.put("glyph_reader.bias", bias);
        return parameters;
    }

    /** Logits {@code (b · y · x · slots, classes)} of the tower's map {@code (b, y, x, c)}. */
    Tensor logits(Tensor tower) {
        return torch.linear(tower.flatten(0, 2), weight, new TensorOptional(bias))
                .view(-1, GlyphMap.CLASSES)
                .to(torch.ScalarType.Float);
    }

    /** Weights of the classes {@code (classes)}: 1, and another for nothing. */
    static Tensor classWeights(double nothing, Device device) {
        return Scopes.own(() -> {
            Tensor weights = torch.ones(GlyphMap.CLASSES).to(device, torch.ScalarType.Float);
            weights.narrow(0, GlyphMap.NOTHING, 1).fill_(new Scalar(nothing));
            return weights;
        });
    }

    @Override
    public void close() {
        weight.close();
        bias.close();
    }
}
