package io.github.florence4j.generation;

import io.github.florence4j.nn.Florence2Network;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Decodes encoded batches as options ask: greedily, by sampling or by beam search. Stateless. */
public final class Generator {
    private final Florence2Network network;

    /** A generator on that network. */
    public Generator(Florence2Network network) {
        this.network = network;
    }

    /**
     * The answers of a batch: for each sample {@code numReturnSequences} sequences, best first, or in the
     * order of drawing when sampling.
     *
     * @param encoded the encoder's last hidden state {@code (b, s, p)}
     * @param mask the mask with which it was encoded
     * @param constraints one per sample, or none at all
     * @param stop ends an answer before {@code </s>}
     * @param listener hears tokens as they settle
     */
    public List<List<GeneratedSequence>> generate(
            Tensor encoded,
            TensorOptional mask,
            GenerationOptions options,
            List<TokenConstraint> constraints,
            StopCondition stop,
            TokenListener listener) {
        int samples = Math.toIntExact(encoded.size(0));
        List<List<GeneratedSequence>> answers = new ArrayList<>(Collections.nCopies(samples, List.of()));
        List<TokenConstraint> own =
                constraints.isEmpty() ? Collections.nCopies(samples, TokenConstraint.NONE) : constraints;
        generate(
                new Arrivals() {
                    private boolean taken;

                    @Override
                    public List<Group> next(int room, boolean idle) {
                        boolean come = !taken;
                        taken = true;
                        return come ? List.of(new Group(encoded, mask, own)) : List.of();
                    }

                    @Override
                    public void finished(int sample, List<GeneratedSequence> found) {
                        answers.set(sample, found);
                    }
                },
                samples,
                options,
                stop,
                listener);
        return answers;
    }

    /**
     * Decodes samples as they arrive, until no more come.
     *
     * @param room how many are decoded together
     * @param stop ends an answer before {@code </s>}
     * @param listener hears tokens as they settle
     */
    public void generate(
            Arrivals arrivals, int room, GenerationOptions options, StopCondition stop, TokenListener listener) {
        require(options);
        int maxLength =
                (int) Math.min(1L + options.maxNewTokens(), network.decoder().maxPositions() + 1);
        Decoding decoding = new Decoding(network, options, maxLength, stop, listener);
        TokenSampler sampler = options.doSample() ? TokenSampler.random(options) : TokenSampler.greedy();
        new DecodingLoop(
                        decoding,
                        arrivals,
                        room,
                        (sample, constraint) -> options.numBeams() > 1
                                ? new BeamHypotheses(sample, decoding, constraint)
                                : new TokenRows(sample, decoding, constraint, sampler))
                .run();
    }

    /**
     * Checks that options fit the model.
     *
     * @throws IllegalArgumentException when a forced token is none of its tokens
     */
    public void require(GenerationOptions options) {
        long rows = network.config().text().vocabSize();
        requireId("forced_bos_token_id", options.forcedBosTokenId(), rows);
        requireId("forced_eos_token_id", options.forcedEosTokenId(), rows);
    }

    private static void requireId(String option, OptionalInt id, long rows) {
        if (id.isPresent() && (id.getAsInt() < 0 || id.getAsInt() >= rows)) {
            throw new IllegalArgumentException(
                    option + " is " + id.getAsInt() + "; expected a token id from 0 to " + (rows - 1));
        }
    }
}
