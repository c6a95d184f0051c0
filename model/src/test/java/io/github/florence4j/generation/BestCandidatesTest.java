package io.github.florence4j.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.generation.BeamHypotheses.Candidate;
import io.github.florence4j.torch.Tensors;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The best continuations against {@code torch.topk} over all beams of a sample. */
class BestCandidatesTest {
    private static final int BEAMS = 3;
    private static final int VOCABULARY = 5000;

    @Test
    void findsWhatTopKFinds() {
        for (int seed = 0; seed < 20; seed++) {
            try (PointerScope scope = new PointerScope()) {
                torch.manual_seed(seed);
                Tensor scores = torch.randn(BEAMS, VOCABULARY);
                float[] soFar = {-1.5f, -1.6f, -3};
                BestCandidates best = offered(new TokenScores(scores), soFar);
                Tensor totals = scores.add(torch.tensor(soFar).unsqueeze(1)).view(-1);
                T_TensorTensor_T expected = torch.topk(totals, 2L * BEAMS);
                List<Candidate> found = best.descending();
                long[] indices = Tensors.longs(expected.get1());
                float[] values = Tensors.floats(expected.get0());
                assertThat(found).hasSize(2 * BEAMS);
                for (int i = 0; i < indices.length; i++) {
                    assertThat(found.get(i).beam() * (long) VOCABULARY
                                    + found.get(i).token())
                            .isEqualTo(indices[i]);
                    assertThat(found.get(i).score()).isEqualTo(values[i]);
                    assertThat(found.get(i).endsHere()).isEqualTo(found.get(i).beam() == 1);
                }
            }
        }
    }

    @Test
    void impossibleTokensAreNoCandidates() {
        try (PointerScope scope = new PointerScope()) {
            TokenScores scores = new TokenScores(torch.zeros(BEAMS, VOCABULARY));
            int token = new Random(1).nextInt(VOCABULARY);
            for (int beam = 0; beam < BEAMS; beam++) {
                scores.force(beam, token);
            }
            assertThat(offered(scores, new float[] {0, -1e9f, -1e9f}).descending())
                    .extracting(Candidate::beam)
                    .containsExactly(0, 1, 2);
        }
    }

    private static BestCandidates offered(TokenScores scores, float[] soFar) {
        BestCandidates best = new BestCandidates(2 * BEAMS, new boolean[] {false, true, false});
        for (int beam = 0; beam < BEAMS; beam++) {
            scores.offer(beam, beam, soFar[beam], scores.highestOfStretches(), best);
        }
        return best;
    }
}
