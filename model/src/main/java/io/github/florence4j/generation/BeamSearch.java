package io.github.florence4j.generation;

import static org.bytedeco.pytorch.global.torch.log_softmax;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * Beam search with the semantics of the reference library (specification 3.6; reference: {@code
 * GenerationMixin._beam_search}). Each sample decides for itself when it is done and then leaves the batch.
 */
final class BeamSearch {
    private final Decoding decoding;
    private final int beams;

    BeamSearch(Decoding decoding) {
        this.decoding = decoding;
        this.beams = decoding.options().numBeams();
    }

    List<List<GeneratedSequence>> run(Tensor encoded, TensorOptional mask) {
        List<BeamHypotheses> all = IntStream.range(0, (int) encoded.size(0))
                .mapToObj(sample -> new BeamHypotheses(sample, decoding))
                .toList();
        List<BeamHypotheses> live = all;
        try (DecoderSession session = new DecoderSession(decoding.network(), encoded, mask, beams)) {
            for (int length = 1; length < decoding.maxLength() && !live.isEmpty(); length++) {
                Decoding.checkInterrupted();
                step(session, live);
                live = reorder(session, live);
            }
        }
        return all.stream().map(BeamHypotheses::best).toList();
    }

    private void step(DecoderSession session, List<BeamHypotheses> live) {
        try (PointerScope scope = new PointerScope()) {
            int[][] sequences = live.stream()
                    .flatMap(sample -> sample.runningIds().stream())
                    .toArray(int[][]::new);
            TokenScores logProbs = new TokenScores(log_softmax(session.next(sequences), 1));
            int[] owners = live.stream()
                    .flatMapToInt(sample -> IntStream.generate(sample::sample).limit(beams))
                    .toArray();
            boolean[] endsHere = decoding.process(logProbs, sequences, owners);
            for (int s = 0; s < live.size(); s++) {
                live.get(s).advance(candidates(live.get(s), s * beams, logProbs, endsHere));
            }
        }
    }

    /** The best 2 x beams continuations of a sample, whose hypotheses begin at row {@code first}. */
    private List<BeamHypotheses.Candidate> candidates(
            BeamHypotheses sample, int first, TokenScores logProbs, boolean[] endsHere) {
        BestCandidates best = new BestCandidates(2 * beams, Arrays.copyOfRange(endsHere, first, first + beams));
        float[] running = sample.runningScores();
        for (int beam = 0; beam < beams; beam++) {
            logProbs.offer(first + beam, beam, running[beam], best);
        }
        return best.descending();
    }

    /** Puts the cache in the order of the new beams and lets samples that are done leave. */
    private List<BeamHypotheses> reorder(DecoderSession session, List<BeamHypotheses> live) {
        List<BeamHypotheses> kept = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        List<Long> samples = new ArrayList<>();
        for (int s = 0; s < live.size(); s++) {
            BeamHypotheses sample = live.get(s);
            if (!sample.isDone()) {
                kept.add(sample);
                samples.add((long) s);
                for (int origin : sample.origins()) {
                    rows.add((long) s * beams + origin);
                }
            }
        }
        if (!kept.isEmpty()) {
            session.select(
                    rows.stream().mapToLong(Long::longValue).toArray(),
                    samples.stream().mapToLong(Long::longValue).toArray());
        }
        return kept;
    }
}
