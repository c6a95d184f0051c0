package io.github.florence4j.generation;

import io.github.florence4j.nn.DecoderCache;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The decoder at work on samples that come and go: token ids in, next-token logits out, with a cache of its own. */
final class DecoderSession implements AutoCloseable {
    private final Florence2Network network;
    private final int beams;
    private @Nullable DecoderCache cache; // null while there is no sample

    /** A session for {@code beams} hypotheses of each sample. */
    DecoderSession(Florence2Network network, int beams) {
        this.network = network;
        this.beams = beams;
    }

    /** Adds encoded samples behind the others. */
    void join(List<Arrivals.Group> groups) {
        List<DecoderCache> fresh = new ArrayList<>();
        try {
            for (Arrivals.Group group : groups) {
                fresh.add(network.decoder().cache(group.encoded(), group.mask(), beams));
            }
            if (cache == null && !fresh.isEmpty()) {
                cache = fresh.remove(0);
            }
            if (!fresh.isEmpty()) {
                present().join(fresh);
            }
        } finally {
            fresh.forEach(DecoderCache::close);
        }
    }

    /** Logits {@code (r, v)} after the last ids of {@code sequences}, one row per hypothesis, samples outermost. */
    Tensor next(int[][] sequences) {
        return Scopes.keep(() -> {
            long[] newest = new long[sequences.length];
            for (int row = 0; row < sequences.length; row++) {
                newest[row] = sequences[row][sequences[row].length - 1];
            }
            Tensor ids = Tensors.ofLongs(network.device(), newest).unsqueeze(1); // (r, 1)
            Tensor hidden = network.decoder().step(network.embed(ids), present()); // (r, 1, p)
            return network.logits(hidden.squeeze(1));
        });
    }

    /** See {@link DecoderCache#select}; no sample may be left. */
    void select(long[] rows, long[] keptSamples) {
        if (keptSamples.length == 0) {
            close();
        } else {
            present().select(rows, keptSamples);
        }
    }

    private DecoderCache present() {
        if (cache == null) {
            throw new IllegalStateException("no sample is being decoded");
        }
        return cache;
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}
