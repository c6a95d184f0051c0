package io.github.florence4j.generation;

import static org.bytedeco.pytorch.global.torch.logsumexp;
import static org.bytedeco.pytorch.global.torch.topk;

import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;

/** Picks one token per row from processed logits. */
@FunctionalInterface
interface TokenSampler {
    /**
     * A token and its log-probability.
     *
     * @param id the token
     * @param logProb its log-probability under the distribution it was picked from
     */
    record Choice(int id, float logProb) {}

    /**
     * Picks a token for each row of {@code logits}, the answers of one image.
     *
     * @param position the position of the token, at least 1
     */
    Choice[] choose(TokenScores logits, int position);

    /** The most likely token. */
    static TokenSampler greedy() {
        return (logits, position) -> {
            float[] totals = Tensors.floats(logsumexp(logits.tensor(), 1)); // (r)
            Choice[] choices = new Choice[logits.rows()];
            for (int row = 0; row < choices.length; row++) {
                int best = logits.best(row);
                choices[row] = new Choice(best, logits.get(row, best) - totals[row]);
            }
            return choices;
        };
    }

    /**
     * Draws by temperature, top-k and top-p. Every answer of an image has a random stream of its own, which depends on
     * the seed only: so an image gets the same answers in any batch.
     */
    static TokenSampler random(GenerationOptions options) {
        List<Draws> draws = LongStream.range(0, options.numReturnSequences())
                .mapToObj(answer -> new Draws(options.seed() + answer))
                .toList();
        return (scores, position) -> {
            Tensor logits = scores.tensor(); // (r, v)
            long k = options.topK() == 0 ? logits.size(1) : Math.min(options.topK(), logits.size(1));
            T_TensorTensor_T best = topk(logits.div(new Scalar(options.temperature())), k, 1, true, true);
            float[] values = Tensors.floats(best.get0()); // (r, k), descending
            long[] ids = Tensors.longs(best.get1());
            Choice[] choices = new Choice[scores.rows()];
            for (int row = 0; row < choices.length; row++) {
                int from = Math.toIntExact(row * k);
                choices[row] = draw(
                        values,
                        ids,
                        from,
                        (int) k,
                        options.topP(),
                        draws.get(row).at(position));
            }
            return choices;
        };
    }

    /** The draws of one answer, by position: images that join a batch at different times must not shift each other's. */
    final class Draws {
        private final SplittableRandom random;
        private final List<Double> known = new ArrayList<>();

        Draws(long seed) {
            // Mixed first: generators whose seeds differ by little give streams that are shifts of each other.
            random = new SplittableRandom(new SplittableRandom(seed).split().nextLong());
        }

        double at(int position) {
            while (known.size() < position) {
                known.add(random.nextDouble());
            }
            return known.get(position - 1);
        }
    }

    private static Choice draw(float[] logits, long[] ids, int from, int count, double topP, double u) {
        double[] weights = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++) {
            weights[i] = Math.exp(logits[from + i] - logits[from]);
            total += weights[i];
        }
        int kept = 0;
        double keptWeight = 0;
        while (kept < count && (kept == 0 || keptWeight < topP * total)) {
            keptWeight += weights[kept++];
        }
        double target = u * keptWeight;
        int chosen = 0;
        while (chosen < kept - 1 && target >= weights[chosen]) {
            target -= weights[chosen++];
        }
        return new Choice((int) ids[from + chosen], (float) Math.log(weights[chosen] / keptWeight));
    }
}
