package io.github.florence4j.generation;

import io.github.florence4j.torch.Tensors;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Scores of the next token for every hypothesis, logits or log-probabilities. Java and libtorch work on the same memory: a
 * row has 51,289 scores, too many to copy in every step.
 */
final class TokenScores {
    private static final int STRETCH = 512;

    private final Tensor tensor; // (r, v)
    private final FloatBuffer values;
    private final int rows;
    private final int vocabulary;

    /** The scores {@code (r, v)}, changed in place where they lie in single precision on the processor; used within the scope. */
    TokenScores(Tensor scores) {
        this.tensor =
                (scores.is_cpu() ? scores : scores.cpu()).to(ScalarType.Float).contiguous();
        this.rows = Math.toIntExact(tensor.size(0));
        this.vocabulary = Math.toIntExact(tensor.size(1));
        FloatPointer data = tensor.data_ptr_float();
        this.values = data.capacity(tensor.numel()).asBuffer();
    }

    /** The scores as a tensor {@code (r, v)}: a change of either is one of both. */
    Tensor tensor() {
        return tensor;
    }

    int rows() {
        return rows;
    }

    float get(int row, int token) {
        return values.get(row * vocabulary + token);
    }

    void set(int row, int token, float score) {
        values.put(row * vocabulary + token, score);
    }

    void forbid(int row, int token) {
        set(row, token, Float.NEGATIVE_INFINITY);
    }

    /** {@code count} of the rows from {@code first} on: a change of either is one of both. */
    TokenScores rows(int first, int count) {
        return new TokenScores(tensor.narrow(0, first, count));
    }

    /** Leaves one token possible in a row, at no cost. */
    void force(int row, int token) {
        tensor.select(0, row).fill_(new Scalar(Double.NEGATIVE_INFINITY));
        set(row, token, 0);
    }

    /** The highest score of each row; NaN where there is any. */
    float[] highest() {
        return Tensors.floats(tensor.amax(new long[] {1}, false));
    }

    /** The first token of the highest score in a row. */
    int best(int row) {
        int first = row * vocabulary;
        int best = 0;
        float highest = values.get(first);
        for (int token = 1; token < vocabulary; token++) {
            float score = values.get(first + token);
            if (score > highest) {
                highest = score;
                best = token;
            }
        }
        return best;
    }

    /** The highest score of each stretch of {@link #STRETCH} tokens of each row, without what remains of a row. */
    float[] highestOfStretches() {
        long stretches = vocabulary / STRETCH;
        return Tensors.floats(tensor.narrow(1, 0, stretches * STRETCH)
                .view(rows, stretches, STRETCH)
                .amax(new long[] {2}, false));
    }

    /**
     * Offers every possible token of a row as the next of hypothesis {@code beam}, whose score is {@code soFar}.
     *
     * @param highest from {@link #highestOfStretches}: a stretch in which nothing is high enough is not looked at
     */
    void offer(int row, int beam, float soFar, float[] highest, BestCandidates candidates) {
        int stretches = vocabulary / STRETCH;
        for (int stretch = 0; stretch < stretches; stretch++) {
            if (highest[row * stretches + stretch] + soFar > candidates.threshold()) {
                offer(row, beam, soFar, stretch * STRETCH, (stretch + 1) * STRETCH, candidates);
            }
        }
        offer(row, beam, soFar, stretches * STRETCH, vocabulary, candidates);
    }

    private void offer(int row, int beam, float soFar, int from, int to, BestCandidates candidates) {
        int first = row * vocabulary;
        float threshold = candidates.threshold();
        for (int token = from; token < to; token++) {
            float score = values.get(first + token);
            if (score + soFar > threshold) {
                candidates.add(beam, token, score + soFar, score);
                threshold = candidates.threshold();
            }
        }
    }
}
