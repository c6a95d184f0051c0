package io.github.florence4j.benchmarks;

import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.Generator;
import io.github.florence4j.generation.StopCondition;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.InferenceOnly;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Times the vision tower and a caption of a forced number of tokens, as the reference's {@code bench_generate.py} does.
 *
 * <p>Arguments: checkpoint folder, beams (3), tokens (64), runs (5).
 */
public final class GenerationTimes {
    private static final int[] PROMPT = {0, 2264, 473, 5, 2274, 6190, 116, 2};
    private static final int SIZE = 768;

    private GenerationTimes() {}

    /** Runs the measurement and prints one JSON object. */
    public static void main(String[] args) throws Exception {
        int beams = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        int tokens = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        int runs = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        long start = System.nanoTime();
        try (Checkpoint checkpoint = Checkpoint.load(Path.of(args[0]), DType.FLOAT32);
                InferenceOnly inference = new InferenceOnly()) {
            Florence2Network network = new Florence2Network(checkpoint.config(), checkpoint.weights());
            double load = (System.nanoTime() - start) / 1e9;
            try (PointerScope scope = new PointerScope()) {
                torch.manual_seed(0);
                Tensor pixels = torch.randn(1, 3, SIZE, SIZE);
                double[] vision = times(runs, () -> network.visionTower().forward(pixels, Regularization.NONE));
                double[] part = times(runs, () -> generate(network, pixels, beams, Math.max(2, tokens / 4)));
                double[] whole = times(runs, () -> generate(network, pixels, beams, tokens));
                double step = (median(whole) - median(part)) / (tokens - Math.max(2, tokens / 4));
                System.out.printf(
                        Locale.ROOT,
                        "{\"beams\": %d, \"tokens\": %d, \"load_s\": %.3f, \"vision_s\": %.3f, \"generate_s\": %.3f, "
                                + "\"step_s\": %.4f, \"threads\": %d, \"rss_gb\": %.3f}%n",
                        beams,
                        tokens,
                        load,
                        median(vision),
                        median(whole),
                        step,
                        torch.get_num_threads(),
                        NativeMemory.peakResident().orElse(0) / 1e9);
            }
        }
    }

    private static void generate(Florence2Network network, Tensor pixels, int beams, int tokens) {
        GenerationOptions options = GenerationOptions.from(network.config().generation())
                .numBeams(beams)
                .minNewTokens(tokens)
                .maxNewTokens(tokens)
                .build();
        Tensor ids = Tensors.ofRows(network.device(), new int[][] {PROMPT}, 1);
        Tensor encoded = network.encode(
                network.imageFeatures(pixels, Regularization.NONE), ids, new TensorOptional(), Regularization.NONE);
        new Generator(network)
                .generate(encoded, new TensorOptional(), options, List.of(), StopCondition.NEVER, TokenListener.NONE);
    }

    private static double[] times(int runs, Runnable work) {
        double[] seconds = new double[runs];
        for (int run = -1; run < runs; run++) {
            long start = System.nanoTime();
            try (PointerScope scope = new PointerScope()) {
                work.run();
            }
            if (run >= 0) {
                seconds[run] = (System.nanoTime() - start) / 1e9;
            }
        }
        return seconds;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
