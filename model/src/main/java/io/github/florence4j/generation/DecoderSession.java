package io.github.florence4j.generation;

import io.github.florence4j.nn.DecoderCache;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The decoder at work on a batch: token ids in, next-token logits out, with a cache of its own. */
final class DecoderSession implements AutoCloseable {
    private final Florence2Network network;
    private final DecoderCache cache;

    /** A session for {@code beams} hypotheses of each encoded sample {@code (b, s, p)}. */
    DecoderSession(Florence2Network network, Tensor encoded, TensorOptional mask, int beams) {
        this.network = network;
        this.cache = network.decoder().cache(encoded, mask, beams);
    }

    /** Logits {@code (r, v)} after the last ids of {@code sequences}, one row per hypothesis, samples outermost. */
    Tensor next(int[][] sequences) {
        return Scopes.keep(() -> {
            long[] newest = new long[sequences.length];
            for (int row = 0; row < sequences.length; row++) {
                newest[row] = sequences[row][sequences[row].length - 1];
            }
            Tensor ids = Tensors.ofLongs(network.device(), newest).unsqueeze(1); // (r, 1)
            Tensor hidden = network.decoder().step(network.embed(ids), cache); // (r, 1, p)
            return network.logits(hidden.squeeze(1));
        });
    }

    /** See {@link DecoderCache#select}. */
    void select(long[] rows, long[] keptSamples) {
        cache.select(rows, keptSamples);
    }

    @Override
    public void close() {
        cache.close();
    }
}
