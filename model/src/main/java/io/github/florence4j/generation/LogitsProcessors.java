package io.github.florence4j.generation;

import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The processors that options ask for, in the reference's order (specification 3.6; {@code logits_process.py}). */
final class LogitsProcessors {
    private LogitsProcessors() {}

    /** The processors of {@code options} that do not force a token. */
    static List<LogitsProcessor> of(GenerationOptions options, int eos, List<LogitsProcessor> further) {
        List<LogitsProcessor> processors = new ArrayList<>();
        if (options.repetitionPenalty() != 1) {
            processors.add(repetitionPenalty(options.repetitionPenalty()));
        }
        if (options.noRepeatNgramSize() > 0) {
            processors.add(noRepeatNgram(options.noRepeatNgramSize()));
        }
        if (options.minNewTokens() > 0) {
            processors.add(minNewTokens(options.minNewTokens(), eos));
        }
        processors.addAll(further);
        return processors;
    }

    /** The processors that force the first and the last token; {@code maxLength} counts the start token. */
    static List<LogitsProcessor> forced(GenerationOptions options, int maxLength) {
        List<LogitsProcessor> processors = new ArrayList<>();
        options.forcedBosTokenId().ifPresent(bos -> processors.add(forced(bos, 1)));
        options.forcedEosTokenId().ifPresent(id -> processors.add(forced(id, maxLength - 1)));
        return processors;
    }

    /**
     * Makes sure that every row has a token to choose: where all are forbidden, the answer ends.
     *
     * @throws ArithmeticException when scores are not numbers
     */
    static void requireChoice(Tensor scores, int eos) {
        float[] best = Tensors.floats(scores.amax(new long[] {1}, false));
        for (int row = 0; row < best.length; row++) {
            if (Float.isNaN(best[row])) {
                throw new ArithmeticException(
                        "the model's scores are not numbers; its weights are damaged or have grown too large");
            }
            if (best[row] == Float.NEGATIVE_INFINITY) {
                scores.select(0, row).select(0, eos).fill_(new Scalar(0.0));
            }
        }
    }

    /** Divides positive and multiplies negative scores of tokens that the sequence already has. */
    private static LogitsProcessor repetitionPenalty(double penalty) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                Tensor ids = Tensors.ofLongs(
                        scores.device(),
                        Arrays.stream(sequences[row]).distinct().asLongStream().toArray());
                Tensor line = scores.select(0, row);
                float[] values = Tensors.floats(line.index_select(0, ids));
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] < 0 ? values[i] * penalty : values[i] / penalty);
                }
                line.index_copy_(
                        0, ids, Tensors.ofFloats(scores.device(), values).to(scores.scalar_type()));
            }
        };
    }

    /** Forbids every token that would complete an n-gram which the sequence already has. */
    private static LogitsProcessor noRepeatNgram(int n) {
        return (scores, sequences) -> {
            long vocabulary = scores.size(1);
            LongStream.Builder banned = LongStream.builder();
            for (int row = 0; row < sequences.length; row++) {
                int[] ids = sequences[row];
                for (int end = n - 1; end < ids.length; end++) {
                    int prefix = ids.length - (n - 1);
                    if (Arrays.equals(ids, end - (n - 1), end, ids, prefix, ids.length)) {
                        banned.add(row * vocabulary + ids[end]);
                    }
                }
            }
            long[] indices = banned.build().toArray();
            if (indices.length > 0) {
                scores.view(-1).index_fill_(0, Tensors.ofLongs(scores.device(), indices), forbidden());
            }
        };
    }

    private static LogitsProcessor minNewTokens(int count, int eos) {
        return (scores, sequences) -> {
            if (sequences[0].length - 1 < count) {
                scores.select(1, eos).fill_(forbidden());
            }
        };
    }

    /** At sequence length {@code length} only {@code id} is possible, at no cost. */
    private static LogitsProcessor forced(int id, int length) {
        return (scores, sequences) -> {
            if (sequences[0].length == length) {
                scores.fill_(forbidden());
                scores.select(1, id).fill_(new Scalar(0.0));
            }
        };
    }

    /** A fresh scalar each time: one kept in a field would die with the scope in which its class was first used. */
    private static Scalar forbidden() {
        return new Scalar(Double.NEGATIVE_INFINITY);
    }
}
