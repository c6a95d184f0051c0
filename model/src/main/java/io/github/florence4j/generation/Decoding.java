package io.github.florence4j.generation;

import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.LongOptional;
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

    /** The processors for rows of which {@code samples[row]} says whose they are. */
    List<LogitsProcessor> processors(int[] samples) {
        List<LogitsProcessor> grammar = constraints.isEmpty() ? List.of() : List.of(constrain(samples));
        return LogitsProcessors.of(options, eos(), maxLength, grammar);
    }

    private LogitsProcessor constrain(int[] samples) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                Tensor forbidden = constraints.get(samples[row]).forbidden(sequences[row]);
                if (forbidden != null) {
                    scores.select(0, row).masked_fill_(forbidden, new Scalar(Double.NEGATIVE_INFINITY));
                }
            }
        };
    }

    /** Whether the next token is the last that the length limit allows. */
    boolean atLimit(int length) {
        return length == maxLength - 1;
    }

    /** For each row of {@code logits (r, v)}, whether the model itself would end the answer here. */
    boolean[] endsHere(Tensor logits) {
        long[] best = Tensors.longs(logits.argmax(new LongOptional(1), false));
        boolean[] ends = new boolean[best.length];
        for (int row = 0; row < best.length; row++) {
            ends[row] = best[row] == eos();
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
