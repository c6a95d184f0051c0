package io.github.florence4j.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/**
 * The loop of all decoding: samples join while there is room, take each step together, and leave when they are done, which
 * makes room for the next.
 */
final class DecodingLoop {
    /** A sample with its number. */
    private record Sample(int number, Hypotheses hypotheses) {}

    private final Decoding decoding;
    private final Arrivals arrivals;
    private final int room;
    private final HypothesesFactory factory;
    private int joined;

    /** Makes the hypotheses of a sample. */
    @FunctionalInterface
    interface HypothesesFactory {
        Hypotheses begin(int sample, TokenConstraint constraint);
    }

    DecodingLoop(Decoding decoding, Arrivals arrivals, int room, HypothesesFactory factory) {
        this.decoding = decoding;
        this.arrivals = arrivals;
        this.room = room;
        this.factory = factory;
    }

    void run() {
        List<Sample> live = new ArrayList<>();
        try (DecoderSession session = new DecoderSession(decoding.network(), decoding.rows())) {
            while (join(session, live) || !live.isEmpty()) {
                Decoding.checkInterrupted();
                step(session, live);
                live = leave(session, live);
            }
        }
    }

    private boolean join(DecoderSession session, List<Sample> live) {
        if (live.size() >= room) {
            return false;
        }
        try (PointerScope scope = new PointerScope()) {
            List<Arrivals.Group> groups = arrivals.next(room - live.size(), live.isEmpty());
            session.join(groups);
            for (Arrivals.Group group : groups) {
                for (TokenConstraint constraint : group.constraints()) {
                    live.add(new Sample(joined, factory.begin(joined, constraint)));
                    joined++;
                }
            }
            return !groups.isEmpty();
        }
    }

    private void step(DecoderSession session, List<Sample> live) {
        try (PointerScope scope = new PointerScope()) {
            List<int[]> sequences = new ArrayList<>();
            List<TokenConstraint> constraints = new ArrayList<>();
            for (Sample sample : live) {
                for (int[] row : sample.hypotheses().rows()) {
                    sequences.add(row);
                    constraints.add(sample.hypotheses().constraint());
                }
            }
            int[][] rows = sequences.toArray(int[][]::new);
            TokenScores scores = decoding.scores(session.next(rows));
            boolean[] endsHere = decoding.process(scores, rows, constraints);
            int each = decoding.rows();
            for (int s = 0; s < live.size(); s++) {
                live.get(s)
                        .hypotheses()
                        .advance(scores.rows(s * each, each), Arrays.copyOfRange(endsHere, s * each, (s + 1) * each));
            }
        }
    }

    /** Puts the cache in the order of the hypotheses and lets samples that are done leave. */
    private List<Sample> leave(DecoderSession session, List<Sample> live) {
        List<Sample> kept = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        List<Long> samples = new ArrayList<>();
        for (int s = 0; s < live.size(); s++) {
            Sample sample = live.get(s);
            if (sample.hypotheses().isDone()) {
                arrivals.finished(sample.number(), sample.hypotheses().answers());
            } else {
                kept.add(sample);
                samples.add((long) s);
                for (int origin : sample.hypotheses().origins()) {
                    rows.add((long) s * decoding.rows() + origin);
                }
            }
        }
        session.select(
                rows.stream().mapToLong(Long::longValue).toArray(),
                samples.stream().mapToLong(Long::longValue).toArray());
        return kept;
    }
}
