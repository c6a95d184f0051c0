package io.github.florence4j.generation;

import static org.bytedeco.pytorch.global.torch.logsumexp;
import static org.bytedeco.pytorch.global.torch.topk;

import io.github.florence4j.torch.Tensors;
import java.util.SplittableRandom;
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
     * Picks a token for each row of {@code logits}.
     *
     * @param streams for each row, the index of its answer among those of its image
     */
    Choice[] choose(TokenScores logits, int[] streams);

    /** The most likely token. */
    static TokenSampler greedy() {
        return (logits, streams) -> {
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
        SplittableRandom[] random = new SplittableRandom[options.numReturnSequences()];
        for (int i = 0; i < random.length; i++) {
            // Mixed first: generators whose seeds differ by little give streams that are shifts of each other.
            random[i] = new SplittableRandom(
                    new SplittableRandom(options.seed() + i).split().nextLong());
        }
        return (scores, streams) -> {
            Tensor logits = scores.tensor(); // (r, v)
            long k = options.topK() == 0 ? logits.size(1) : Math.min(options.topK(), logits.size(1));
            T_TensorTensor_T best = topk(logits.div(new Scalar(options.temperature())), k, 1, true, true);
            float[] values = Tensors.floats(best.get0()); // (r, k), descending
            long[] ids = Tensors.longs(best.get1());
            // All rows at one step draw the same number of their own stream: rows that share a stream belong to
            // different images and must not shift each other's draws.
            double[] draws = new double[random.length];
            for (int i = 0; i < draws.length; i++) {
                draws[i] = random[i].nextDouble();
            }
            Choice[] choices = new Choice[streams.length];
            for (int row = 0; row < choices.length; row++) {
                int from = Math.toIntExact(row * k);
                choices[row] = draw(values, ids, from, (int) k, options.topP(), draws[streams[row]]);
            }
            return choices;
        };
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
