package io.github.florence4j.generation;

import static org.bytedeco.pytorch.global.torch.gather;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.topk;

import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
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
            Tensor logits = session.next(sequences); // (r, v)
            Tensor logProbs = log_softmax(logits, 1);
            int[] owners = live.stream()
                    .flatMapToInt(sample -> IntStream.generate(sample::sample).limit(beams))
                    .toArray();
            boolean[] endsHere = decoding.process(logProbs, sequences, owners);

            long vocabulary = logProbs.size(1);
            float[] running = new float[sequences.length];
            for (int s = 0; s < live.size(); s++) {
                System.arraycopy(live.get(s).runningScores(), 0, running, s * beams, beams);
            }
            Tensor totals =
                    logProbs.add(Tensors.ofFloats(logProbs.device(), running).unsqueeze(1)); // (r, v)
            T_TensorTensor_T best =
                    topk(totals.view(live.size(), beams * vocabulary), 2L * beams, 1, true, true); // (b, 2 beams)
            float[] scores = Tensors.floats(best.get0());
            long[] indices = Tensors.longs(best.get1());
            float[] tokenScores =
                    Tensors.floats(gather(logProbs.view(live.size(), beams * vocabulary), 1, best.get1()));
            for (int s = 0; s < live.size(); s++) {
                List<BeamHypotheses.Candidate> candidates = new ArrayList<>();
                for (int i = s * 2 * beams; i < (s + 1) * 2 * beams; i++) {
                    int beam = (int) (indices[i] / vocabulary);
                    candidates.add(new BeamHypotheses.Candidate(
                            beam,
                            (int) (indices[i] % vocabulary),
                            scores[i],
                            tokenScores[i],
                            endsHere[s * beams + beam]));
                }
                live.get(s).advance(candidates);
            }
        }
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
