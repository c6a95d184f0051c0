package io.github.florence4j.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.data.Batch;
import io.github.florence4j.data.Example;
import io.github.florence4j.data.ImageRef;
import io.github.florence4j.data.LoaderPosition;
import io.github.florence4j.data.Sample;
import io.github.florence4j.nn.Work;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.MachineLimits;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.train.AdamW;
import io.github.florence4j.train.CachedFeatures;
import io.github.florence4j.train.FeatureCache;
import io.github.florence4j.train.FeatureKey;
import io.github.florence4j.train.Gradients;
import io.github.florence4j.train.ImageInput;
import io.github.florence4j.train.LossSum;
import io.github.florence4j.train.TrainingBatch;
import io.github.florence4j.train.TrainingNetwork;
import io.github.florence4j.train.TrainingStep;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Times whole training steps (batch, forward, backward, AdamW), as the reference's {@code bench_train.py} does.
 *
 * <p>Arguments: checkpoint folder, mode, then flags. Modes: {@code full} trains everything from pixels; {@code frozen} is
 * the first epoch with a frozen vision path, in which each image is computed, written to the feature cache and read back;
 * {@code cached} is any later epoch, with features from the cache. Flags: {@code --precision fp32|bf16}, {@code --batch
 * 2}, {@code --micro} images that go through the model at once (as finetune chooses: 3, or 1 where the tower
 * trains), {@code --question 20} and {@code
 * --answer 12} tokens, {@code --steps 4}, {@code --freeze vision_tower[,projector]}, {@code --recompute
 * vision_tower,encoder,decoder} for gradient checkpointing, {@code --clip} for the norm and limit of gradients, which the
 * reference leaves out, {@code --json} for one object instead of a line.
 */
public final class TrainingTimes {
    private static final int SIZE = 768;
    private static final double LEARNING_RATE = 1e-6;
    private static final double MAX_NORM = 1;

    private enum Mode {
        FULL,
        FROZEN,
        CACHED
    }

    private record Flags(
            Path checkpoint,
            Mode mode,
            DType precision,
            int batch,
            int micro,
            int question,
            int answer,
            int steps,
            Set<Part> frozen,
            Set<Part> recomputed,
            boolean clip,
            boolean json) {
        static Flags parse(String... args) {
            Map<String, String> flags = new HashMap<>();
            for (int i = 2; i < args.length; i++) {
                flags.put(args[i], args[i].equals("--json") || args[i].equals("--clip") ? "" : args[++i]);
            }
            String batch = flags.getOrDefault("--batch", "2");
            Mode mode = Mode.valueOf(args[1].toUpperCase(Locale.ROOT));
            return new Flags(
                    Path.of(args[0]),
                    mode,
                    DType.parse(flags.getOrDefault("--precision", "fp32")),
                    Integer.parseInt(batch),
                    Integer.parseInt(flags.getOrDefault("--micro", mode == Mode.FULL ? "1" : "3")),
                    Integer.parseInt(flags.getOrDefault("--question", "20")),
                    Integer.parseInt(flags.getOrDefault("--answer", "12")),
                    Integer.parseInt(flags.getOrDefault("--steps", "4")),
                    mode == Mode.FULL ? Set.of() : parts(flags.getOrDefault("--freeze", "vision_tower")),
                    parts(flags.getOrDefault("--recompute", "")),
                    flags.containsKey("--clip"),
                    flags.containsKey("--json"));
        }

        private static Set<Part> parts(String names) {
            Set<Part> parts = EnumSet.noneOf(Part.class);
            Stream.of(names.split(",", -1))
                    .filter(name -> !name.isEmpty())
                    .forEach(name -> parts.add(Part.valueOf(name.toUpperCase(Locale.ROOT))));
            return parts;
        }
    }

    /**
     * What a step takes.
     *
     * @param seconds by the clock
     * @param processorSeconds of all threads together, which other load on the machine changes less
     */
    private record Step(double seconds, double processorSeconds) {
        static Step now() {
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            return new Step(System.nanoTime() / 1e9, system.getProcessCpuTime() / 1e9);
        }

        Step since(Step start) {
            return new Step(seconds - start.seconds, processorSeconds - start.processorSeconds);
        }

        static Step median(List<Step> steps) {
            return new Step(median(steps, Step::seconds), median(steps, Step::processorSeconds));
        }

        private static double median(List<Step> steps, ToDoubleFunction<Step> value) {
            double[] sorted = steps.stream().mapToDouble(value).sorted().toArray();
            return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        }
    }

    /** Where the pictures of a step's batch come from. */
    @FunctionalInterface
    private interface Pictures {
        ImageInput of(Batch batch) throws IOException;
    }

    private final Flags flags;
    private final Checkpoint checkpoint;
    private final TrainingWeights weights;
    private final TrainingNetwork network;

    private TrainingTimes(Flags flags, Checkpoint checkpoint) {
        this.flags = flags;
        this.checkpoint = checkpoint;
        this.weights = TrainingWeights.inPlace(checkpoint.weights(), flags.frozen());
        this.network = new TrainingNetwork(checkpoint.config(), weights, weights.trained());
    }

    /** Runs the measurement and prints its result. */
    public static void main(String[] args) throws Exception {
        NativeSettings.apply();
        Flags flags = Flags.parse(args);
        try (Checkpoint checkpoint = Checkpoint.load(flags.checkpoint(), DType.FLOAT32)) {
            Step median = new TrainingTimes(flags, checkpoint).medianStep();
            double resident = NativeMemory.peakResident().orElse(0) / 1e9;
            String format = flags.json()
                    ? "{\"mode\": \"%s\", \"batch\": %d, \"micro\": %d, \"precision\": \"%s\", \"step_s\": %.4f, \"cpu_s\": %.2f, \"images_per_s\": %.4f,"
                            + " \"rss_gb\": %.3f%s}%n"
                    : "mode %s, batch %d by %d, %s: %.3f s a step (%.2f s of processors), %.3f images/s, peak resident %.3f GB%s%n";
            System.out.printf(
                    Locale.ROOT,
                    format,
                    flags.mode().name().toLowerCase(Locale.ROOT),
                    flags.batch(),
                    flags.micro(),
                    flags.precision(),
                    median.seconds(),
                    median.processorSeconds(),
                    flags.batch() / median.seconds(),
                    resident,
                    flags.mode() == Mode.CACHED ? share(flags, checkpoint.config(), median.seconds()) : "");
        }
    }

    /** How near cached steps come to the rate of matrix products that is measured, once for a product alone, right after them. */
    private static String share(Flags flags, Florence2Config config, double seconds) {
        double operations = flags.batch()
                * Work.cachedStepOperations(
                        config, config.vision().visualTokens(SIZE, SIZE), flags.question(), flags.answer());
        int bytes = flags.precision() == DType.BFLOAT16 ? Short.BYTES : Float.BYTES;
        double reached = operations / seconds;
        double limit = MachineLimits.measure(bytes).operationsPerSecond();
        return String.format(
                Locale.ROOT,
                flags.json()
                        ? ", \"gflops\": %.1f, \"product_gflops\": %.1f, \"share\": %.3f"
                        : "; %.1f of %.1f GFLOP/s, %.3f",
                reached / 1e9,
                limit / 1e9,
                reached / limit);
    }

    private Step medianStep() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Seeds.set(0);
            Tensor pixels = torch.randn(1, 3, SIZE, SIZE);
            if (flags.mode() == Mode.FULL) {
                return medianStep(batch -> new ImageInput(
                        ImageInput.Stage.PIXELS,
                        pixels.expand(batch.size(), 3, SIZE, SIZE).contiguous()));
            }
            Path folder = Files.createTempDirectory("training-times");
            try (FeatureCache cache = FeatureCache.open(folder, featureKey())) {
                return medianStep(new CachedFeatures(network, cache, example -> pixels)::of);
            } finally {
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        }
    }

    private FeatureKey featureKey() {
        VisionConfig vision = checkpoint.config().vision();
        long side = vision.featureSide(SIZE);
        List<Long> shape = network.latestStage() == ImageInput.Stage.TOWER_MAP
                ? List.of(side, side, (long) vision.outputDim())
                : List.of((long) vision.visualTokens(SIZE, SIZE), (long) vision.projectionDim());
        return FeatureKey.of(
                network.latestStage(), shape, DType.BFLOAT16, flags.precision(), checkpoint.weights(), "random pixels");
    }

    private Step medianStep(Pictures pictures) throws IOException {
        TrainingStep step = new TrainingStep(
                network, flags.precision(), TrainingStep.CHUNK_ROWS, flags.recomputed(), flags.micro());
        Gradients gradients = new Gradients(weights.parameters());
        List<Step> taken = new ArrayList<>();
        try (AdamW optimizer = new AdamW(weights.parameters(), AdamW.Options.DEFAULT);
                Device cpu = Devices.cpu()) {
            for (int i = 0; i <= flags.steps(); i++) {
                Step start = Step.now();
                try (PointerScope scope = new PointerScope()) {
                    gradients.clear();
                    Batch batch = batch(flags.mode() == Mode.FROZEN ? i * flags.batch() : 0);
                    LossSum loss = step.accumulate(TrainingBatch.of(batch, pictures.of(batch), cpu));
                    double factor = flags.clip()
                            ? gradients.scale(loss.tokens(), MAX_NORM).factor()
                            : 1.0 / loss.tokens();
                    optimizer.step(LEARNING_RATE, factor);
                }
                if (i > 0) {
                    taken.add(Step.now().since(start));
                }
            }
        }
        return Step.median(taken);
    }

    /** Examples as the reference has them, with images of those numbers. */
    private Batch batch(int firstImage) {
        int[] prompt = ids(100, flags.question());
        int[] labels = ids(200, flags.answer());
        List<Example> examples = IntStream.range(0, flags.batch())
                .mapToObj(row -> new Example(
                        row,
                        new Sample("row-" + row, ImageRef.ofBytes(new byte[0], "random"), "", List.of()),
                        String.format(Locale.ROOT, "%064x", (long) firstImage + row),
                        null,
                        SIZE,
                        SIZE,
                        prompt,
                        labels,
                        false))
                .toList();
        return new Batch(examples, LoaderPosition.start(0));
    }

    private static int[] ids(int first, int length) {
        int[] ids = IntStream.range(first - 1, first - 1 + length).toArray();
        ids[0] = 0;
        ids[length - 1] = 2;
        return ids;
    }
}
