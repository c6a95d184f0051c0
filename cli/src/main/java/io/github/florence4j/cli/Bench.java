package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.Florence2;
import io.github.florence4j.Request;
import io.github.florence4j.RunOptions;
import io.github.florence4j.TextListener;
import io.github.florence4j.Timings;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.nn.Work;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;
import io.github.florence4j.torch.MachineLimits;
import io.github.florence4j.torch.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * A measurement of one model.
 *
 * @param task what is asked of every image
 * @param input what the task needs
 * @param beams hypotheses per answer
 * @param tokens tokens of each answer, neither fewer nor more
 * @param batch images that are computed together
 * @param runs measured runs
 */
record Bench(Task<?> task, TaskInput input, int beams, int tokens, int batch, int runs) {
    /** Seconds, ascending. */
    private record Times(double[] sorted) {
        static Times of(List<Double> seconds) {
            return new Times(
                    seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray());
        }

        double median() {
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        double p95() {
            return sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
        }
    }

    /**
     * What was measured.
     *
     * @param bench how
     * @param config what was measured
     * @param pixels the size of its images
     * @param loadSeconds loading the model
     * @param vision vision tower and projector, all images
     * @param generate from pixel values to tokens, vision included
     * @param stepSeconds a decoding step of all images
     * @param whole from decoded images to results
     */
    record Result(
            Bench bench,
            Florence2Config config,
            ImageProcessorConfig pixels,
            double loadSeconds,
            Times vision,
            Times generate,
            double stepSeconds,
            Times whole) {
        /** The medians, in seconds. */
        ObjectNode toJson(Precision precision) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("precision", precision.toString());
            json.put("beams", bench.beams());
            json.put("tokens", bench.tokens());
            json.put("batch", bench.batch());
            json.put("load_s", rounded(loadSeconds));
            json.put("vision_s", rounded(vision.median()));
            json.put("generate_s", rounded(generate.median()));
            json.put("step_s", rounded(stepSeconds));
            json.put("images_per_s", rounded(imagesPerSecond()));
            residentGigabytes().ifPresentOrElse(rss -> json.put("rss_gb", rounded(rss)), () -> json.putNull("rss_gb"));
            return json;
        }

        /** A table. */
        List<String> lines(Precision precision) {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s, %d images, %d beams, %d tokens, %d runs",
                    precision,
                    bench.batch(),
                    bench.beams(),
                    bench.tokens(),
                    bench.runs()));
            lines.add(String.format(Locale.ROOT, "%-22s %9s %9s", "seconds", "median", "p95"));
            lines.add(line("load", loadSeconds, loadSeconds));
            lines.add(line("vision", vision.median(), vision.p95()));
            lines.add(line("vision and generation", generate.median(), generate.p95()));
            lines.add(String.format(Locale.ROOT, "%-22s %9.5f", "one decoding step", stepSeconds));
            lines.add(line("images to results", whole.median(), whole.p95()));
            lines.add(String.format(Locale.ROOT, "%-22s %9.3f", "images per second", imagesPerSecond()));
            residentGigabytes()
                    .ifPresent(rss -> lines.add(String.format(Locale.ROOT, "%-22s %9.3f", "peak resident, GB", rss)));
            if (MachineLimits.isSupported()) {
                lines.addAll(shares(precision)); // last: to measure the limits takes memory, too
            }
            return lines;
        }

        /** How near the vision tower comes to the rate of matrix products, and a step to that of reading its weights. */
        private List<String> shares(Precision precision) {
            int bytes = precision == Precision.FP32 ? Float.BYTES : precision == Precision.BF16 ? Short.BYTES : 1;
            MachineLimits limits = MachineLimits.measure(bytes);
            double operations =
                    bench.batch() * Work.visionOperations(config, pixels.height(), pixels.width()) / vision.median();
            double read = bytes * Work.stepWeights(config) / stepSeconds;
            return List.of(
                    share("vision, of products", operations, limits.operationsPerSecond(), "GFLOP/s"),
                    share("step, of reading", read, limits.bytesPerSecond(), "GB/s"));
        }

        private static String share(String name, double reached, double limit, String unit) {
            return String.format(
                    Locale.ROOT,
                    "%-22s %8.0f%% %.1f of %.1f %s",
                    name,
                    100 * reached / limit,
                    reached / 1e9,
                    limit / 1e9,
                    unit);
        }

        private double imagesPerSecond() {
            return bench.batch() / whole.median();
        }

        /** Nothing where the system does not tell it. */
        private static OptionalDouble residentGigabytes() {
            return NativeMemory.peakResident().stream()
                    .mapToDouble(bytes -> bytes / 1e9)
                    .findFirst();
        }

        private static String line(String name, double median, double p95) {
            return String.format(Locale.ROOT, "%-22s %9.3f %9.3f", name, median, p95);
        }

        private static double rounded(double seconds) {
            return Math.round(seconds * 1e5) / 1e5;
        }
    }

    /** Measures a model of images of that size that took {@code loadSeconds} to load. */
    Result run(Florence2 model, ImageProcessorConfig pixels, double loadSeconds) {
        List<Request<?>> requests = requests(pixels.width(), pixels.height());
        int few = Math.max(2, tokens / 4);
        List<Double> vision = new ArrayList<>();
        List<Double> begun = new ArrayList<>();
        List<Double> generated = new ArrayList<>();
        List<Double> whole = new ArrayList<>();
        for (int run = -1; run < runs; run++) {
            Timings part = timings(model, requests, few);
            long start = System.nanoTime();
            Timings all = timings(model, requests, tokens);
            if (run >= 0) {
                whole.add((System.nanoTime() - start) / 1e9);
                vision.add(all.vision() / 1e3);
                begun.add(part.generate() / 1e3);
                generated.add(all.generate() / 1e3);
            }
        }
        double step = (Times.of(generated).median() - Times.of(begun).median()) / (tokens - few);
        for (int run = 0; run < runs; run++) {
            generated.set(run, generated.get(run) + vision.get(run));
        }
        return new Result(
                this,
                model.config(),
                pixels,
                loadSeconds,
                Times.of(vision),
                Times.of(generated),
                step,
                Times.of(whole));
    }

    private Timings timings(Florence2 model, List<Request<?>> requests, int count) {
        RunOptions options = model.defaults()
                .withAtOnce(batch)
                .withGeneration(model.defaults().generation().toBuilder()
                        .numBeams(beams)
                        .noRepeatNgramSize(3)
                        .maxNewTokens(count)
                        .minNewTokens(count)
                        .build());
        return model.answers(requests, options, TextListener.NONE).get(0).get(0).timings();
    }

    private List<Request<?>> requests(int width, int height) {
        Random random = new Random(0);
        List<Request<?>> requests = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            byte[] bytes = new byte[3 * width * height];
            random.nextBytes(bytes);
            requests.add(new Request<>(task, new RgbImage(width, height, bytes), input));
        }
        return requests;
    }
}
