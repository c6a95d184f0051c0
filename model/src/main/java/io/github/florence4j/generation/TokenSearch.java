package io.github.florence4j.generation;

import io.github.florence4j.generation.TokenSampler.Choice;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * Greedy search and sampling: every answer is one row that grows by the token picked for it. A sample leaves the batch
 * when all its answers are complete.
 */
final class TokenSearch {
    private final Decoding decoding;
    private final GenerationOptions options;
    private final int answers;

    TokenSearch(Decoding decoding) {
        this.decoding = decoding;
        this.options = decoding.options();
        this.answers = options.numReturnSequences();
    }

    /** One answer in the making. */
    private static final class Row {
        final int sample;
        final int stream;
        int[] ids;
        float[] scores = {};
        boolean complete;
        boolean truncated;

        Row(int sample, int stream, int[] start) {
            this.sample = sample;
            this.stream = stream;
            this.ids = start;
        }
    }

    List<List<GeneratedSequence>> run(Tensor encoded, TensorOptional mask) {
        int samples = (int) encoded.size(0);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < samples * answers; row++) {
            rows.add(new Row(row / answers, row % answers, decoding.start()));
        }
        TokenSampler sampler = options.doSample() ? TokenSampler.random(options) : TokenSampler.greedy();
        List<Row> live = rows;
        try (DecoderSession session = new DecoderSession(decoding.network(), encoded, mask, answers)) {
            for (int length = 1; length < decoding.maxLength() && !live.isEmpty(); length++) {
                Decoding.checkInterrupted();
                step(session, sampler, live, length);
                live = dropCompleteSamples(session, live);
            }
        }
        return collect(rows, samples);
    }

    private void step(DecoderSession session, TokenSampler sampler, List<Row> live, int length) {
        try (PointerScope scope = new PointerScope()) {
            int[][] sequences = live.stream().map(row -> row.ids).toArray(int[][]::new);
            TokenScores logits = new TokenScores(session.next(sequences));
            boolean atLimit = decoding.atLimit(length);
            int[] samples = live.stream().mapToInt(row -> row.sample).toArray();
            boolean[] endsHere = decoding.process(logits, sequences, samples);
            Choice[] choices = sampler.choose(
                    logits, live.stream().mapToInt(row -> row.stream).toArray());
            for (int r = 0; r < choices.length; r++) {
                extend(live.get(r), choices[r], atLimit, endsHere[r]);
            }
        }
    }

    private void extend(Row row, Choice choice, boolean atLimit, boolean endsHere) {
        row.ids = Decoding.append(row.ids, choice.id());
        if (row.complete) {
            return; // only kept in step with the other answers of its sample
        }
        row.scores = Decoding.append(row.scores, choice.logProb());
        if (row.stream == 0) {
            decoding.listener().token(row.sample, choice.id());
        }
        boolean stopped = decoding.stop().isComplete(row.ids);
        row.complete = choice.id() == decoding.eos() || stopped || atLimit;
        row.truncated = atLimit && !stopped && decoding.isTruncated(choice.id(), endsHere);
    }

    private List<Row> dropCompleteSamples(DecoderSession session, List<Row> live) {
        List<Row> kept = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        List<Long> samples = new ArrayList<>();
        for (int first = 0; first < live.size(); first += answers) {
            List<Row> sample = live.subList(first, first + answers);
            if (!sample.stream().allMatch(row -> row.complete)) {
                samples.add((long) first / answers);
                for (int r = 0; r < answers; r++) {
                    rows.add((long) first + r);
                    kept.add(sample.get(r));
                }
            }
        }
        if (!kept.isEmpty() && kept.size() < live.size()) {
            session.select(
                    rows.stream().mapToLong(Long::longValue).toArray(),
                    samples.stream().mapToLong(Long::longValue).toArray());
        }
        return kept;
    }

    private List<List<GeneratedSequence>> collect(List<Row> rows, int samples) {
        List<List<GeneratedSequence>> results = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
            results.add(rows.subList(sample * answers, (sample + 1) * answers).stream()
                    .map(this::sequence)
                    .toList());
        }
        return results;
    }

    private GeneratedSequence sequence(Row row) {
        float sum = 0;
        for (float score : row.scores) {
            sum += score;
        }
        int[] ids = java.util.Arrays.copyOf(row.ids, row.scores.length + 1);
        return new GeneratedSequence(ids, row.scores, decoding.normalized(sum, row.scores.length), row.truncated);
    }
}
