package io.github.florence4j.nn;

import io.github.florence4j.config.TextConfig;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.Scopes;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The post-norm BART decoder, for a whole target at once or one token at a time on a cache (specification 3.3 and 3.5;
 * reference: {@code BartDecoder}).
 */
public final class BartDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(BartDecoder.class);

    private final TextConfig config;
    private final LearnedPositions positions;
    private final LayerNorm layernormEmbedding;
    private final List<Layer> layers = new ArrayList<>();
    private final ScalarType attentionType;
    private final @Nullable DecoderScript script; // null where weights are not packed

    /** The decoder on the weights below {@code decoder}. */
    public BartDecoder(TextConfig config, Parameters at) {
        this.config = config;
        this.positions = new LearnedPositions(at);
        this.layernormEmbedding = at.layerNorm("layernorm_embedding");
        this.attentionType = at.attentionType();
        for (int i = 0; i < config.decoderLayers(); i++) {
            layers.add(new Layer(config, at.at("layers").at(i)));
        }
        this.script = at.isScripted() ? script(config, at.at("layers"), attentionType) : null;
    }

    private static @Nullable DecoderScript script(TextConfig config, Parameters layers, ScalarType attentionType) {
        try {
            return new DecoderScript(config, layers, attentionType == ScalarType.BFloat16);
        } catch (UncheckedIOException e) {
            LOG.warn("no temporary file can be written, so decoding will be slower: {}", e.getMessage());
            return null;
        } catch (IllegalStateException e) {
            LOG.warn("a decoding step cannot be one native program, so decoding will be slower: {}", e.getMessage());
            return null;
        }
    }

    /** The longest target, start token included. */
    public long maxPositions() {
        return positions.capacity();
    }

    /**
     * Hidden states {@code (b, t, p)} of a whole target, each position seeing only those before it.
     *
     * @param embeddings the target's embeddings {@code (b, t, p)}
     * @param encoded the encoder's last hidden state {@code (b, s, p)}
     * @param mask additive mask {@code (b, 1, 1, s)} of the encoder's positions, or empty
     */
    public Tensor forward(Tensor embeddings, Tensor encoded, TensorOptional mask, Regularization regularization) {
        return Scopes.keep(() -> {
            Tensor hidden = regularization.dropout(embed(embeddings, 0), config.dropout());
            Tensor context = regularization.fork(Autocast.operand(encoded));
            for (Layer layer : layers) {
                Tensor x = hidden;
                hidden = regularization.layer(x, in -> layer.forward(in, context, mask, regularization));
                x.close();
            }
            return hidden;
        });
    }

    /** A fresh cache for {@code beams} hypotheses of each encoded sample {@code (b, s, p)}. */
    public DecoderCache cache(Tensor encoded, TensorOptional mask, int beams) {
        boolean summed = script != null && script.sumsRows();
        List<DecoderCache.Cross> cross = new ArrayList<>();
        for (Layer layer : layers) {
            try (PointerScope scope = new PointerScope()) {
                List<Tensor> both = layer.encoderAttn.keysAndValues(encoded, Regularization.NONE);
                Tensor keys = summed ? both.get(0).transpose(2, 3) : both.get(0);
                cross.add(new DecoderCache.Cross(context(keys), context(both.get(1))));
            }
        }
        return new DecoderCache(cross, mask, encoded.size(0), beams, summed);
    }

    /** A copy in rows, in the type in which it is kept; it belongs to no scope. */
    private Tensor context(Tensor view) {
        return Scopes.own(
                () -> (view.scalar_type().intern() == ScalarType.Float ? view.to(attentionType) : view).contiguous());
    }

    /**
     * Hidden states {@code (r, 1, p)} of the next token of every hypothesis, whose keys and values join the cache.
     *
     * @param embeddings the newest tokens' embeddings {@code (r, 1, p)}, one row per hypothesis, samples outermost
     */
    public Tensor step(Tensor embeddings, DecoderCache cache) {
        return Scopes.keep(() -> {
            Tensor places = positions.at(cache.lengths()).unsqueeze(1); // (r, 1, p)
            TensorOptional paths = cache.open();
            Tensor hidden = layernormEmbedding
                    .forward(embeddings.add(places))
                    .view(cache.samples(), cache.beams(), embeddings.size(2)); // (b, beams, p)
            return step(hidden, cache, paths).view(embeddings.size(0), 1, embeddings.size(2)); // (r, 1, p)
        });
    }

    private Tensor step(Tensor hidden, DecoderCache cache, TensorOptional paths) {
        if (script != null && script.fits(cache.samples() * cache.beams())) {
            return script.step(hidden, cache, paths.has_value() ? paths.get() : null);
        }
        Tensor x = hidden;
        for (int layer = 0; layer < layers.size(); layer++) {
            x = layers.get(layer).step(x, cache, layer, paths);
        }
        return x;
    }

    private Tensor embed(Tensor embeddings, long first) {
        return layernormEmbedding.forward(embeddings.add(positions.slice(first, embeddings.size(1))));
    }

    private static final class Layer {
        private final TextConfig config;
        private final BartAttention selfAttn;
        private final LayerNorm selfAttnLayerNorm;
        private final BartAttention encoderAttn;
        private final LayerNorm encoderAttnLayerNorm;
        private final FeedForward ffn;
        private final LayerNorm finalLayerNorm;

        Layer(TextConfig config, Parameters at) {
            this.config = config;
            this.selfAttn = BartAttention.self(
                    at.at("self_attn"), config.decoderAttentionHeads(), config.attentionDropout(), ScalarType.Float);
            this.selfAttnLayerNorm = at.layerNorm("self_attn_layer_norm");
            this.encoderAttn = BartAttention.cross(
                    at.at("encoder_attn"), config.decoderAttentionHeads(), config.attentionDropout());
            this.encoderAttnLayerNorm = at.layerNorm("encoder_attn_layer_norm");
            this.ffn = new FeedForward(at, config.activationDropout());
            this.finalLayerNorm = at.layerNorm("final_layer_norm");
        }

        Tensor forward(Tensor input, Tensor encoded, TensorOptional mask, Regularization regularization) {
            Tensor x = regularization.fork(input);
            List<Tensor> own = selfAttn.project(Autocast.operand(x), regularization);
            Tensor self =
                    selfAttn.attend(own.get(0), own.get(1), own.get(2), new TensorOptional(), regularization, true);
            Tensor y = regularization.fork(
                    selfAttnLayerNorm.forward(Residual.add(regularization.dropout(self, config.dropout()), x)));
            Tensor cross = encoderAttn.attendTo(encoded, y, mask, regularization);
            Tensor z = encoderAttnLayerNorm.forward(Residual.add(regularization.dropout(cross, config.dropout()), y));
            return feed(z, regularization);
        }

        /** The next position {@code (b, beams, p)}: the beams of a sample are queries of one attention over its keys. */
        Tensor step(Tensor x, DecoderCache cache, int index, TensorOptional paths) {
            Regularization none = Regularization.NONE;
            List<Tensor> own = selfAttn.project(x, none); // each (b, h, beams, d)
            cache.append(index, own.get(1), own.get(2));
            Tensor self =
                    selfAttn.attend(own.get(0), cache.selfKeys(index), cache.selfValues(index), paths, none, false);
            Tensor y = selfAttnLayerNorm.forward(Residual.add(self, x)); // (b, beams, p)
            DecoderCache.Cross keys = cache.cross(index);
            Tensor queries = encoderAttn
                    .project(y, none)
                    .get(0) // (b, h, beams, d)
                    .to(keys.keys().scalar_type());
            Tensor cross = encoderAttn.attend(queries, keys.keys(), keys.values(), cache.mask(), none, false);
            return feed(encoderAttnLayerNorm.forward(Residual.add(cross, y)), none);
        }

        private Tensor feed(Tensor input, Regularization regularization) {
            Tensor x = regularization.fork(input);
            Tensor fed = regularization.dropout(ffn.forward(x, regularization), config.dropout());
            return finalLayerNorm.forward(Residual.add(fed, x));
        }
    }
}
