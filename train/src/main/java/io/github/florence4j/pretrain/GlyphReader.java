package io.github.florence4j.pretrain;

import io.github.florence4j.torch.Scopes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The head that is thrown away after the warm-up: it makes a few numbers for each slot of a visual token, from which one
 * classifier, the same for all slots, tells the character. So what a character looks like is learned once, not once a slot.
 */
final class GlyphReader implements AutoCloseable {
    private static final int SLOT_WIDTH = 32;

    private final GlyphMap map;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Tensor slotWeight; // (slots · w, c)
    private final Tensor slotBias; // (slots · w)
    private final Tensor classWeight; // (classes, w)
    private final Tensor classBias; // (classes)

    GlyphReader(GlyphMap map, int channels, Device device, long seed) {
        this.map = map;
        SplittableRandom random = new SplittableRandom(seed);
        this.slotWeight = parameter("slots.weight", device, random, map.slots() * SLOT_WIDTH, channels);
        this.slotBias = parameter("slots.bias", device, random, map.slots() * SLOT_WIDTH, 0);
        this.classWeight = parameter("classes.weight", device, random, GlyphMap.CLASSES, SLOT_WIDTH);
        this.classBias = parameter("classes.bias", device, random, GlyphMap.CLASSES, 0);
    }

    private Tensor parameter(String name, Device device, SplittableRandom random, int rows, int columns) {
        float[] values = new float[rows * Math.max(1, columns)];
        for (int i = 0; i < values.length && columns > 0; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(columns));
        }
        Tensor tensor = Scopes.own(() -> {
            Tensor flat = io.github.florence4j.torch.Tensors.ofFloats(device, values);
            Tensor shaped = columns == 0 ? flat : flat.view(rows, columns);
            shaped.set_requires_grad(true);
            return shaped;
        });
        parameters.put("glyph_reader." + name, tensor);
        return tensor;
    }

    /** What trains, by name. */
    Map<String, Tensor> parameters() {
        return parameters;
    }

    /** Logits {@code (b · y · x · slots, classes)} of the tower's map {@code (b, y, x, c)}. */
    Tensor logits(Tensor tower) {
        Tensor tokens = torch.layer_norm(tower.flatten(0, 2), tower.size(3));
        Tensor slots = torch.linear(tokens, slotWeight, new TensorOptional(slotBias))
                .view((long) tokens.size(0) * map.slots(), SLOT_WIDTH);
        return torch.linear(slots, classWeight, new TensorOptional(classBias)).to(torch.ScalarType.Float);
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
        parameters.values().forEach(Tensor::close);
    }
}
