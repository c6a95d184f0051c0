package io.github.florence4j.generation;

import io.github.florence4j.generation.BeamHypotheses.Candidate;
import java.util.ArrayList;
import java.util.List;

/** The best continuations of a sample's hypotheses seen so far, descending; of equal ones the first seen comes first. */
final class BestCandidates {
    private final int count;
    private final boolean[] endsHere;
    private final List<Candidate> best = new ArrayList<>();

    /**
     * A list of at most {@code count}.
     *
     * @param endsHere for each hypothesis, whether the model itself would have ended here
     */
    BestCandidates(int count, boolean[] endsHere) {
        this.count = count;
        this.endsHere = endsHere;
    }

    /** What a score must exceed to be added. */
    float threshold() {
        return best.size() < count
                ? Float.NEGATIVE_INFINITY
                : best.get(count - 1).score();
    }

    /** Adds a continuation that exceeds the threshold; see {@link Candidate}. */
    void add(int beam, int token, float score, float tokenScore) {
        if (best.size() == count) {
            best.remove(count - 1);
        }
        int place = best.size();
        while (place > 0 && best.get(place - 1).score() < score) {
            place--;
        }
        best.add(place, new Candidate(beam, token, score, tokenScore, endsHere[beam]));
    }

    List<Candidate> descending() {
        return List.copyOf(best);
    }
}
