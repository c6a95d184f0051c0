package io.github.florence4j.generation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The running and finished hypotheses of one sample of a beam search, with the semantics of the reference library
 * (specification 3.6; reference: {@code GenerationMixin._beam_search}). Each sample decides for itself when it is done.
 */
final class BeamHypotheses implements Hypotheses {
    /** Score of a slot that holds nothing; in single precision it swallows whatever is added to it. */
    private static final float DEAD = -1e9f;

    /**
     * A possible next token of a running hypothesis.
     *
     * @param beam the hypothesis that it extends
     * @param token the token
     * @param score the hypothesis' score with it
     * @param tokenScore its own log-probability
     * @param endsHere whether the model itself would have ended here
     */
    record Candidate(int beam, int token, float score, float tokenScore, boolean endsHere) {}

    /** A sequence with its scores; finished ones carry the normalised score. */
    private record Hypothesis(int[] ids, float[] tokenScores, float score, int origin, boolean truncated) {}

    private final int sample;
    private final Decoding decoding;
    private final TokenConstraint constraint;
    private final int beams;
    private List<Hypothesis> running = new ArrayList<>();
    private List<Hypothesis> finished = new ArrayList<>();
    private int settled;
    private boolean done;

    BeamHypotheses(int sample, Decoding decoding, TokenConstraint constraint) {
        this.sample = sample;
        this.decoding = decoding;
        this.constraint = constraint;
        this.beams = decoding.options().numBeams();
        for (int beam = 0; beam < beams; beam++) {
            running.add(new Hypothesis(decoding.start(), new float[0], beam == 0 ? 0 : DEAD, beam, false));
        }
        settled = decoding.start().length;
    }

    @Override
    public TokenConstraint constraint() {
        return constraint;
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public List<int[]> rows() {
        return running.stream().map(Hypothesis::ids).toList();
    }

    @Override
    public int[] origins() {
        return running.stream().mapToInt(Hypothesis::origin).toArray();
    }

    @Override
    public void advance(TokenScores logProbs, boolean[] endsHere) {
        BestCandidates best = new BestCandidates(2 * beams, endsHere);
        float[] highest = logProbs.highestOfStretches();
        for (int beam = 0; beam < beams; beam++) {
            logProbs.offer(beam, beam, running.get(beam).score(), highest, best);
        }
        advance(best.descending());
    }

    /** One step: {@code candidates} are the best 2 x beams, descending. */
    private void advance(List<Candidate> candidates) {
        int newLength = running.get(0).ids().length + 1;
        boolean atLimit = newLength >= decoding.maxLength();
        List<Hypothesis> next = new ArrayList<>();
        List<Hypothesis> complete = new ArrayList<>();
        boolean accepting = !(decoding.options().earlyStopping() && finished.size() == beams);
        boolean allTerminal = true;
        for (int rank = 0; rank < candidates.size(); rank++) {
            Candidate candidate = candidates.get(rank);
            Hypothesis parent = running.get(candidate.beam());
            int[] ids = Decoding.append(parent.ids(), candidate.token());
            boolean stopped = decoding.stop().isComplete(ids);
            boolean terminal = candidate.token() == decoding.eos() || atLimit || stopped;
            allTerminal &= terminal;
            float[] tokenScores = Decoding.append(parent.tokenScores(), candidate.tokenScore());
            next.add(new Hypothesis(
                    ids,
                    tokenScores,
                    terminal ? candidate.score() + DEAD : candidate.score(),
                    candidate.beam(),
                    false));
            if (terminal && rank < beams && accepting) {
                float score = decoding.normalized(candidate.score(), newLength - 1);
                boolean truncated =
                        atLimit && !stopped && decoding.isTruncated(candidate.token(), candidate.endsHere());
                complete.add(new Hypothesis(ids, tokenScores, score, candidate.beam(), truncated));
            }
        }
        running = best(next);
        complete.addAll(0, finished);
        finished = best(complete);
        done = allTerminal || isSettled(newLength);
        tell();
    }

    /** No running hypothesis can still become one of the answers. */
    private boolean isSettled(int length) {
        if (finished.size() < beams) {
            return false;
        }
        float attainable = decoding.normalized(running.get(0).score(), length - 1);
        return decoding.options().earlyStopping()
                || attainable <= finished.get(beams - 1).score();
    }

    private List<Hypothesis> best(List<Hypothesis> hypotheses) {
        return hypotheses.stream()
                .sorted(Comparator.comparingDouble(Hypothesis::score).reversed())
                .limit(beams)
                .toList();
    }

    /** Tells the tokens on which all hypotheses that can still win agree. */
    private void tell() {
        List<Hypothesis> possible =
                new ArrayList<>(done ? finished.subList(0, Math.min(1, finished.size())) : finished);
        if (!done) {
            running.stream().filter(hypothesis -> hypothesis.score() > DEAD / 2).forEach(possible::add);
        }
        if (possible.isEmpty()) {
            return;
        }
        int[] ids = possible.get(0).ids();
        int common = ids.length;
        for (Hypothesis other : possible) {
            int mismatch = java.util.Arrays.mismatch(ids, other.ids());
            common = mismatch < 0 ? common : Math.min(common, mismatch);
        }
        for (; settled < common; settled++) {
            decoding.listener().token(sample, ids[settled]);
        }
    }

    @Override
    public List<GeneratedSequence> answers() {
        return finished.stream()
                .limit(decoding.options().numReturnSequences())
                .map(h -> new GeneratedSequence(h.ids(), h.tokenScores(), h.score(), h.truncated()))
                .toList();
    }
}
