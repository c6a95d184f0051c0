package io.github.florence4j.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
    static void requireChoice(TokenScores scores, int eos) {
        float[] highest = scores.highest();
        for (int row = 0; row < highest.length; row++) {
            if (Float.isNaN(highest[row])) {
                throw new ArithmeticException(
                        "the model's scores are not numbers; its weights are damaged or have grown too large");
            }
            if (highest[row] == Float.NEGATIVE_INFINITY) {
                scores.set(row, eos, 0);
            }
        }
    }

    /** Divides positive and multiplies negative scores of tokens that the sequence already has. */
    private static LogitsProcessor repetitionPenalty(double penalty) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                for (int id : Arrays.stream(sequences[row]).distinct().toArray()) {
                    float score = scores.get(row, id);
                    scores.set(row, id, (float) (score < 0 ? score * penalty : score / penalty));
                }
            }
        };
    }

    /** Forbids every token that would complete an n-gram which the sequence already has. */
    private static LogitsProcessor noRepeatNgram(int n) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                int[] ids = sequences[row];
                for (int end = n - 1; end < ids.length; end++) {
                    int prefix = ids.length - (n - 1);
                    if (Arrays.equals(ids, end - (n - 1), end, ids, prefix, ids.length)) {
                        scores.forbid(row, ids[end]);
                    }
                }
            }
        };
    }

    private static LogitsProcessor minNewTokens(int count, int eos) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                if (sequences[row].length - 1 < count) {
                    scores.forbid(row, eos);
                }
            }
        };
    }

    /** At sequence length {@code length} only {@code id} is possible, at no cost. */
    private static LogitsProcessor forced(int id, int length) {
        return (scores, sequences) -> {
            for (int row = 0; row < sequences.length; row++) {
                if (sequences[row].length == length) {
                    scores.force(row, id);
                }
            }
        };
    }
}
