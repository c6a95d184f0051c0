package io.github.florence4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.bytedeco.pytorch.global.torch.cat;

import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.Generator;
import io.github.florence4j.generation.GrammarConstraint;
import io.github.florence4j.generation.StopCondition;
import io.github.florence4j.generation.TokenConstraint;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.task.ParserKind;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/** The native part of one batch: pixels and prompt ids in, sequences out. Runs on the calling thread. */
final class Inference {
    /**
     * What a batch needs, prepared on the caller's thread.
     *
     * @param pictures gives the visual tokens of the distinct images
     * @param imageOf for each prompt, the index of its image
     * @param promptIds for each prompt, its ids
     * @param parsers for each prompt, the kind of its answer
     */
    record Batch(Answering.Pictures pictures, int[] imageOf, int[][] promptIds, List<ParserKind> parsers) {}

    /**
     * What came out.
     *
     * @param sequences for each prompt, its answers, best first
     * @param visionMillis time of the vision tower and projector
     * @param generateMillis time of encoder and decoder
     */
    record Output(List<List<GeneratedSequence>> sequences, double visionMillis, double generateMillis) {}

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

    Output run(Batch batch, GenerationOptions options, TokenListener listener) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            long start = System.nanoTime();
            Tensor features = imageFeatures(batch); // (b, v, p)
            long seen = System.nanoTime();
            TensorOptional mask = network.paddingMask(features.size(1), lengths(batch.promptIds()));
            Tensor ids = Tensors.ofRows(
                    network.device(), batch.promptIds(), network.config().text().padTokenId());
            Tensor encoded = network.encode(features, ids, mask, Regularization.NONE);
            features.close();
            List<TokenConstraint> constraints = options.constrained()
                    ? batch.parsers().stream().map(grammar::of).toList()
                    : List.of();
            List<List<GeneratedSequence>> sequences = new Generator(network)
                    .generate(encoded, mask, options, constraints, stopCondition(options), listener);
            return new Output(sequences, millis(start, seen), millis(seen, System.nanoTime()));
        }
    }

    /** Visual tokens {@code (1, v, p)} of one image {@code (3, height, width)}, row-major. */
    Tensor visualTokens(float[] pixelValues) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scopes.keep(() -> network.imageFeatures(
                    Tensors.ofFloats(network.device(), pixelValues).view(1, 3, height, width), Regularization.NONE));
        }
    }

    /** Every distinct image goes through the tower once, alone: that needs the least memory and costs no time. */
    private Tensor imageFeatures(Batch batch) {
        int count = Arrays.stream(batch.imageOf()).max().orElseThrow() + 1;
        TensorVector features = new TensorVector();
        for (int image = 0; image < count; image++) {
            if (Thread.interrupted()) {
                throw new CancellationException("the request was interrupted");
            }
            try (PointerScope scope = new PointerScope()) {
                features.push_back(batch.pictures().visualTokens(image));
            }
        }
        Tensor distinct = cat(features, 0);
        long[] index = new long[batch.imageOf().length];
        boolean identity = index.length == count;
        for (int i = 0; i < index.length; i++) {
            index[i] = batch.imageOf()[i];
            identity &= index[i] == i;
        }
        return identity ? distinct : distinct.index_select(0, Tensors.ofLongs(network.device(), index));
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

    private static int[] lengths(int[][] rows) {
        int[] lengths = new int[rows.length];
        for (int row = 0; row < rows.length; row++) {
            lengths[row] = rows[row].length;
        }
        return lengths;
    }

    private static double millis(long from, long to) {
        return (to - from) / 1e6;
    }
}
