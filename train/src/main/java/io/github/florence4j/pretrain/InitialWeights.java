package io.github.florence4j.pretrain;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.pretrain.NewModel.Scales;
import io.github.florence4j.text.LocationQuantizer;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.ExpectedTensors;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights that training from nothing begins with. Matrices and convolutions are random with a deviation by their number of
 * inputs. Tables of places (positions, rows, columns, location tokens) begin as sines and cosines, so that neighbours are
 * alike: what is learned of one place helps at the next (Vaswani et al., arXiv 1706.03762, section 3.5).
 */
final class InitialWeights {
    /** Not 0, for the norm behind it would make noise of blank paper as strong as ink. */
    private static final String FIRST_BIAS = "model.vision_tower.convs.0.conv.bias";

    private static final double LONGEST_WAVE = 4;
    private static final double SHORTEST_POSITION_WAVE = 4;
    private static final double SHORTEST_LOCATION_WAVE = 8;
    private static final List<String> BRANCH_ENDS = List.of(".proj.weight", ".out_proj.weight", ".fc2.weight");

    private final Scales scales;
    private final int firstLocation;
    private final SplittableRandom random;

    private InitialWeights(Scales scales, int firstLocation, long seed) {
        this.scales = scales;
        this.firstLocation = firstLocation;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Draws weights; closing them frees them.
     *
     * @param firstLocation the id of {@code <loc_0>}
     */
    static Weights draw(Florence2Config config, Scales scales, int firstLocation, long seed) {
        InitialWeights initial = new InitialWeights(scales, firstLocation, seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Device cpu = Scopes.own(Devices::cpu)) {
            ExpectedTensors.of(config).forEach((name, shape) -> {
                float[] values = initial.values(name, shape);
                long[] sides = shape.stream().mapToLong(Long::longValue).toArray();
                tensors.put(name, Scopes.own(() -> Tensors.ofFloats(cpu, values).view(sides)));
            });
        }
        return Weights.owning(tensors);
    }

    private float[] values(String name, List<Long> shape) {
        int rows = Math.toIntExact(shape.get(0));
        int columns = Math.toIntExact(shape.stream().skip(1).reduce(1L, (a, b) -> a * b));
        if (name.equals(TensorNames.TOKEN_TABLE)) {
            float[] table = normal(rows * columns, scales.tokens());
            float[] waves = waves(LocationQuantizer.BINS, columns, SHORTEST_LOCATION_WAVE, scales.tokens());
            System.arraycopy(waves, 0, table, firstLocation * columns, waves.length);
            return table;
        }
        if (name.endsWith("embed_positions.weight")) {
            return waves(rows, columns, SHORTEST_POSITION_WAVE, scales.places());
        }
        if (name.contains("image_position_embed")) {
            return waves(rows, columns, SHORTEST_POSITION_WAVE, scales.grid());
        }
        if (TensorNames.isBuffer(name)) {
            return new float[rows * columns];
        }
        if (shape.size() > 1) {
            boolean branch = BRANCH_ENDS.stream().anyMatch(name::endsWith);
            return normal(rows * columns, scales.gain() * (branch ? scales.branch() : 1) / Math.sqrt(columns));
        }
        return constant(rows, name);
    }

    private float[] constant(int count, String name) {
        float[] values = new float[count];
        if (name.endsWith("image_proj_norm.weight")) {
            java.util.Arrays.fill(values, (float) scales.image());
        } else if (name.equals(FIRST_BIAS)) {
            return normal(count, 1);
        } else if (name.endsWith(".weight")) {
            java.util.Arrays.fill(values, 1);
        }
        return values;
    }

    private float[] normal(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    /** Rows of sines and cosines whose wave lengths are spread evenly, by their ratio, with a deviation of {@code amplitude}. */
    private static float[] waves(int rows, int columns, double shortest, double amplitude) {
        float[] values = new float[rows * columns];
        double longest = LONGEST_WAVE * rows;
        int pairs = Math.max(1, columns / 2);
        for (int c = 0; c < columns; c++) {
            double share = pairs == 1 ? 0 : (double) (c / 2) / (pairs - 1);
            double length = shortest * Math.pow(longest / shortest, share);
            double phase = c % 2 == 0 ? 0 : Math.PI / 2;
            for (int row = 0; row < rows; row++) {
                values[row * columns + c] =
                        (float) (amplitude * Math.sqrt(2) * Math.sin(2 * Math.PI * row / length + phase));
            }
        }
        return values;
    }
}
