package io.github.florence4j.generation;

import io.github.florence4j.nn.Florence2Network;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a search needs to know of one call.
 *
 * @param network the weights
 * @param options how to decode
 * @param maxLength longest sequence, start token included
 * @param constraints one per sample, or none at all
 * @param stop ends an answer before {@code </s>}
 * @param listener hears tokens as they settle
 */
record Decoding(
        Florence2Network network,
        GenerationOptions options,
        int maxLength,
        List<TokenConstraint> constraints,
        StopCondition stop,
        TokenListener listener) {

    int eos() {
        return network.config().text().eosTokenId();
    }

    /** The sequence that every hypothesis starts from. */
    int[] start() {
        return new int[] {network.config().text().decoderStartTokenId()};
    }

    /**
     * Changes {@code scores} as the options ask, in place.
     *
     * @param samples for each row, the sample that it belongs to
     * @return for each row, whether the model itself, without being forced, would end its answer here; told only at the
     *     length limit
     */
    boolean[] process(TokenScores scores, int[][] sequences, int[] samples) {
        List<LogitsProcessor> grammar = constraints.isEmpty() ? List.of() : List.of(constrain(samples));
        LogitsProcessors.of(options, eos(), grammar).forEach(processor -> processor.process(scores, sequences));
        LogitsProcessors.requireChoice(scores, eos());
        boolean[] endsHere = atLimit(sequences[0].length) ? endsHere(scores) : new boolean[sequences.length];
        LogitsProcessors.forced(options, maxLength).forEach(processor -> processor.process(scores, sequences));
        return endsHere;
    }

    /** Whether an answer that ends with {@code token} at the length limit was cut short. */
    boolean isTruncated(int token, boolean endsHere) {
        return options.forcedEosTokenId().isPresent() ? !endsHere : token != eos();
    }

    private LogitsProcessor constrain(int[] samples) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                Tensor forbidden = constraints.get(samples[row]).forbidden(sequences[row]);
                if (forbidden != null) {
                    scores.tensor().select(0, row).masked_fill_(forbidden, new Scalar(Double.NEGATIVE_INFINITY));
                }
            }
        };
    }

    /** Whether the next token is the last that the length limit allows. */
    boolean atLimit(int length) {
        return length == maxLength - 1;
    }

    private boolean[] endsHere(TokenScores scores) {
        boolean[] ends = new boolean[scores.rows()];
        for (int row = 0; row < ends.length; row++) {
            ends[row] = scores.best(row) == eos();
        }
        return ends;
    }

    /** Score of a finished sequence of {@code newTokens} tokens after the start token. */
    float normalized(float sum, int newTokens) {
        return (float) (sum / Math.pow(newTokens, options.lengthPenalty()));
    }

    /** Ends the search when its caller no longer waits for it. */
    static void checkInterrupted() {
        if (Thread.interrupted()) {
            throw new CancellationException("the request was interrupted");
        }
    }

    /** {@code ids} with one more. */
    static int[] append(int[] ids, int id) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return longer;
    }

    /** {@code scores} with one more. */
    static float[] append(float[] scores, float score) {
        float[] longer = Arrays.copyOf(scores, scores.length + 1);
        longer[scores.length] = score;
        return longer;
    }
}
