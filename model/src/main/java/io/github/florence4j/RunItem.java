package io.github.florence4j;

import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Prompt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Requests of a run that came together and whose results go together. Only what it computes concerns a second thread. */
final class RunItem {
    private static final int BYTES_PER_PIXEL = 3;

    private final Answering answering;
    private final RunOptions options;
    private final List<Asking> askings = new ArrayList<>();
    private final Map<RgbImage, Pixels> images = new IdentityHashMap<>();
    private final Deque<Part> unprepared = new ArrayDeque<>();
    private final AtomicInteger open = new AtomicInteger();

    /** A request with its prompts. */
    private static final class Asking {
        final Request<?> request;
        final List<Part> parts = new ArrayList<>();

        @Nullable
        RuntimeException refused;

        Asking(Request<?> request) {
            this.request = request;
        }
    }

    /** A prompt of a request. */
    private record Part(Answering.Question question, Asked asked, Pixels pixels, Computed computed) {}

    /** An image on its way into the tower. */
    private static final class Pixels {
        final Picture picture;
        private final RgbImage image;
        private boolean prepared;
        private double millis;
        private float @Nullable [] values; // handed over with the prompt

        Pixels(RgbImage image, Answering answering) {
            this.image = image;
            this.picture = new Picture(() -> {
                Tensor tokens = answering.visualTokens(present());
                values = null; // only now: what failed together is computed again
                return tokens;
            });
        }

        void prepare(ImageProcessor processor) {
            if (!prepared) {
                long start = System.nanoTime();
                values = processor.process(image);
                millis = (System.nanoTime() - start) / 1e6;
                prepared = true;
            }
        }

        private float[] present() {
            float[] pixels = values;
            if (pixels == null) {
                throw new IllegalStateException("the pixels of the image were not prepared");
            }
            return pixels;
        }
    }

    /**
     * Requests with their prompts; one that cannot be asked fails now.
     *
     * @param first the number of the first prompt
     * @param done run when a prompt is done
     */
    RunItem(List<? extends Request<?>> requests, Answering answering, RunOptions options, int first, Runnable done) {
        this.answering = answering;
        this.options = options;
        int number = first;
        for (Request<?> request : requests) {
            Asking asking = new Asking(request);
            askings.add(asking);
            try {
                List<Answering.Question> questions = questions(request);
                List<int[]> promptIds =
                        questions.stream().map(answering::encode).toList();
                Pixels pixels = images.computeIfAbsent(request.image(), image -> new Pixels(image, answering));
                for (int i = 0; i < questions.size(); i++) {
                    Computed computed = new Computed(() -> {
                        open.decrementAndGet();
                        done.run();
                    });
                    Asked asked =
                            answering.asked(number++, questions.get(i), promptIds.get(i), pixels.picture, computed);
                    asking.parts.add(new Part(questions.get(i), asked, pixels, computed));
                }
            } catch (IllegalArgumentException e) {
                asking.refused = e;
            }
            unprepared.addAll(asking.parts);
        }
        open.set(unprepared.size());
    }

    private List<Answering.Question> questions(Request<?> request) {
        RgbImage image = request.image();
        List<Prompt> prompts =
                request.task().prompts(request.input(), image.width(), image.height(), options.profile());
        return prompts.stream()
                .map(prompt -> new Answering.Question(prompt, 0, image.width(), image.height()))
                .toList();
    }

    /** The number of its prompts that can be asked. */
    int prompts() {
        return askings.stream().mapToInt(asking -> asking.parts.size()).sum();
    }

    /** The bytes that its images take. */
    long bytes() {
        return images.keySet().stream()
                .mapToLong(image -> (long) image.width() * image.height() * BYTES_PER_PIXEL)
                .sum();
    }

    /** The failure of the first request that cannot be asked. */
    Optional<RuntimeException> refusal() {
        return askings.stream()
                .map(asking -> asking.refused)
                .flatMap(refused -> Optional.ofNullable(refused).stream())
                .findFirst();
    }

    /** Whether there are prompts to prepare. */
    boolean hasUnprepared() {
        return !unprepared.isEmpty();
    }

    /** Prepares the next prompt, with its image; empty when the image cannot be prepared, which fails the prompt. */
    Optional<Asked> prepare(ImageProcessor processor) {
        Part part = unprepared.remove();
        try {
            part.pixels().prepare(processor);
            return Optional.of(part.asked());
        } catch (RuntimeException | OutOfMemoryError e) {
            part.computed().failed(e);
            return Optional.empty();
        }
    }

    /** Whether every prompt is done. */
    boolean isDone() {
        return open.get() == 0;
    }

    /** What became of the requests. */
    List<Outcome> outcomes() {
        return askings.stream().map(this::outcome).toList();
    }

    private Outcome outcome(Asking asking) {
        if (asking.refused != null) {
            return new Outcome(asking.request, List.of(), Optional.of(asking.refused));
        }
        try {
            List<Answer<?>> answers = new ArrayList<>();
            for (Part part : asking.parts) {
                answers.add(answering.parse(part.question(), part.computed(), options.profile(), part.pixels().millis));
            }
            return new Outcome(asking.request, answers, Optional.empty());
        } catch (IllegalArgumentException | InferenceException e) {
            return new Outcome(asking.request, List.of(), Optional.of(e));
        }
    }

    /** What preparing the images took. */
    double preprocessMillis() {
        return images.values().stream().mapToDouble(pixels -> pixels.millis).sum();
    }

    /** What the vision tower took. */
    double visionMillis() {
        return images.values().stream()
                .mapToDouble(pixels -> pixels.picture.millis())
                .sum();
    }
}
