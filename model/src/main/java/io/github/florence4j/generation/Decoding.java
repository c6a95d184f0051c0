package io.github.florence4j.generation;

import static org.bytedeco.pytorch.global.torch.log_softmax;

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
 * @param stop ends an answer before {@code </s>}
 * @param listener hears tokens as they settle
 */
record Decoding(
        Florence2Network network,
        GenerationOptions options,
        int maxLength,
        StopCondition stop,
        TokenListener listener) {

    int eos() {
        return network.config().text().eosTokenId();
    }

    /** Rows of each sample: beams, or answers that are drawn. */
    int rows() {
        return options.numBeams() > 1 ? options.numBeams() : options.numReturnSequences();
    }

    /** What a search compares: log-probabilities of beams, else logits. */
    TokenScores scores(Tensor logits) {
        return new TokenScores(options.numBeams() > 1 ? log_softmax(logits, 1) : logits);
    }

    /** The sequence that every hypothesis starts from. */
    int[] start() {
        return new int[] {network.config().text().decoderStartTokenId()};
    }

    /**
     * Changes {@code scores} as the options ask, in place.
     *
     * @param constraints for each row, what its next token is restricted to
     * @return for each row, whether the model itself, without being forced, would end its answer here; told only at the
     *     length limit
     */
    boolean[] process(TokenScores scores, int[][] sequences, List<TokenConstraint> constraints) {
        List<LogitsProcessor> grammar = List.of(constrain(constraints));
        LogitsProcessors.of(options, eos(), grammar).forEach(processor -> processor.process(scores, sequences));
        LogitsProcessors.requireChoice(scores, eos());
        boolean[] endsHere = new boolean[sequences.length];
        for (int row = 0; row < endsHere.length; row++) {
            endsHere[row] = atLimit(sequences[row].length) && scores.best(row) == eos();
        }
        LogitsProcessors.forced(options, maxLength).forEach(processor -> processor.process(scores, sequences));
        return endsHere;
    }

    /** Whether an answer that ends with {@code token} at the length limit was cut short. */
    boolean isTruncated(int token, boolean endsHere) {
        return options.forcedEosTokenId().isPresent() ? !endsHere : token != eos();
    }

    private static LogitsProcessor constrain(List<TokenConstraint> constraints) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                Tensor forbidden = constraints.get(row).forbidden(sequences[row]);
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
