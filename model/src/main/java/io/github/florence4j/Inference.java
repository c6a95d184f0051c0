package io.github.florence4j;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.Generator;
import io.github.florence4j.generation.GrammarConstraint;
import io.github.florence4j.generation.StopCondition;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.InferenceOnly;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.Tensor;

/** The native part of a run: pixels and prompt ids in, sequences out. Runs on the calling thread. */
final class Inference {
    /** Gives the prompts of a run. */
    @FunctionalInterface
    interface Prompts {
        /**
         * The prompts that come next.
         *
         * @param room the most that may come, at least 1
         * @param idle whether to wait for them: if none come, there are no more
         */
        List<Asked> next(int room, boolean idle);

        /** Takes the pictures of which prompts were not answered when a run ends, and frees them. */
        default void ended(Collection<Picture> unanswered) {
            unanswered.forEach(Picture::close);
        }
    }

    private final Florence2Network network;
    private final Florence2Tokenizer tokenizer;
    private final GrammarConstraint grammar;
    private final long height;
    private final long width;

    Inference(
            Florence2Network network,
            Florence2Tokenizer tokenizer,
            GrammarConstraint grammar,
            long height,
            long width) {
        this.network = network;
        this.tokenizer = tokenizer;
        this.grammar = grammar;
        this.height = height;
        this.width = width;
    }

    /**
     * Answers prompts until no more come. When several fail together, each is computed again on its own, so that only those
     * without an answer are lost; not so when a listener has heard of them: then the run fails.
     *
     * @param atOnce the most that are computed together
     * @return milliseconds of encoder and decoder
     * @throws IllegalArgumentException when the options do not fit the model
     */
    double run(Prompts prompts, int atOnce, GenerationOptions options, TokenListener listener) {
        StopCondition stop = stopCondition(options);
        Generator generator = new Generator(network);
        generator.require(options);
        try (InferenceOnly inference = new InferenceOnly();
                Joining joining = new Joining(network, grammar, prompts, options.constrained())) {
            while (joining.hasMore()) {
                try {
                    generator.generate(joining, atOnce, options, stop, joining.numbered(listener));
                } catch (CancellationException e) {
                    throw e;
                } catch (RuntimeException | OutOfMemoryError e) {
                    if (listener != TokenListener.NONE || joining.isEmpty()) {
                        throw e;
                    }
                    joining.failed(e);
                }
            }
            return joining.generateMillis();
        }
    }

    /** Visual tokens {@code (1, v, p)} of one image {@code (3, height, width)}, row-major. */
    Tensor visualTokens(float[] pixelValues) {
        try (InferenceOnly inference = new InferenceOnly()) {
            return Scopes.keep(() -> network.imageFeatures(
                    Tensors.ofFloats(network.device(), pixelValues).view(1, 3, height, width), Regularization.NONE));
        }
    }

    private StopCondition stopCondition(GenerationOptions options) {
        List<String> stops = options.stopStrings();
        if (stops.isEmpty()) {
            return StopCondition.NEVER;
        }
        // Every token writes a byte or more, so a stop string that the newest one completes lies within this tail.
        int tail = 4
                + stops.stream()
                        .mapToInt(stop -> stop.getBytes(UTF_8).length)
                        .max()
                        .orElseThrow();
        return ids -> {
            int first = 1;
            while (first < ids.length && ids[first] == Florence2Tokenizer.BOS) {
                first++;
            }
            String text = tokenizer.decode(Arrays.copyOfRange(ids, Math.max(first, ids.length - tail), ids.length));
            return stops.stream().anyMatch(text::contains);
        };
    }
}
