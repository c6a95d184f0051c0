package io.github.florence4j.generation;

import io.github.florence4j.generation.TokenSampler.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Greedy search and sampling for one sample: every answer is one row that grows by the token picked for it. Rows that are
 * complete are kept in step with the others.
 */
final class TokenRows implements Hypotheses {
    private final int sample;
    private final Decoding decoding;
    private final TokenConstraint constraint;
    private final TokenSampler sampler;
    private final List<Row> rows = new ArrayList<>();

    /** One answer in the making. */
    private static final class Row {
        int[] ids;
        float[] scores = {};
        boolean complete;
        boolean truncated;

        Row(int[] start) {
            this.ids = start;
        }
    }

    TokenRows(int sample, Decoding decoding, TokenConstraint constraint, TokenSampler sampler) {
        this.sample = sample;
        this.decoding = decoding;
        this.constraint = constraint;
        this.sampler = sampler;
        for (int row = 0; row < decoding.rows(); row++) {
            rows.add(new Row(decoding.start()));
        }
    }

    @Override
    public TokenConstraint constraint() {
        return constraint;
    }

    @Override
    public List<int[]> rows() {
        return rows.stream().map(row -> row.ids).toList();
    }

    @Override
    public void advance(TokenScores scores, boolean[] endsHere) {
        int length = rows.get(0).ids.length;
        Choice[] choices = sampler.choose(scores, length);
        for (int r = 0; r < choices.length; r++) {
            extend(r, choices[r], decoding.atLimit(length), endsHere[r]);
        }
    }

    private void extend(int number, Choice choice, boolean atLimit, boolean endsHere) {
        Row row = rows.get(number);
        row.ids = Decoding.append(row.ids, choice.id());
        if (row.complete) {
            return; // only kept in step with the other answers
        }
        row.scores = Decoding.append(row.scores, choice.logProb());
        if (number == 0) {
            decoding.listener().token(sample, choice.id());
        }
        boolean stopped = decoding.stop().isComplete(row.ids);
        row.complete = choice.id() == decoding.eos() || stopped || atLimit;
        row.truncated = atLimit && !stopped && decoding.isTruncated(choice.id(), endsHere);
    }

    @Override
    public int[] origins() {
        return IntStream.range(0, rows.size()).toArray();
    }

    @Override
    public boolean isDone() {
        return rows.stream().allMatch(row -> row.complete);
    }

    @Override
    public List<GeneratedSequence> answers() {
        return rows.stream().map(this::answer).toList();
    }

    private GeneratedSequence answer(Row row) {
        float sum = 0;
        for (float score : row.scores) {
            sum += score;
        }
        int[] ids = Arrays.copyOf(row.ids, row.scores.length + 1);
        return new GeneratedSequence(ids, row.scores, decoding.normalized(sum, row.scores.length), row.truncated);
    }
}
