package io.github.florence4j.nn;

import io.github.florence4j.config.TextConfig;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The post-norm BART encoder over visual tokens followed by the prompt (specification 3.2; reference: {@code BartEncoder}). */
public final class BartEncoder {
    private final TextConfig config;
    private final LearnedPositions positions;
    private final LayerNorm layernormEmbedding;
    private final List<Layer> layers = new ArrayList<>();

    /** The encoder on the weights below {@code encoder}. */
    public BartEncoder(TextConfig config, Parameters at) {
        this.config = config;
        this.positions = new LearnedPositions(at);
        this.layernormEmbedding = at.layerNorm("layernorm_embedding");
        for (int i = 0; i < config.encoderLayers(); i++) {
            layers.add(new Layer(config, at.at("layers").at(i)));
        }
    }

    /** The longest input, visual tokens and prompt together. */
    public long maxPositions() {
        return positions.capacity();
    }

    /**
     * The last hidden state {@code (b, s, p)}.
     *
     * @param embeddings the input {@code (b, s, p)}
     * @param mask additive mask {@code (b, 1, 1, s)}, or empty when nothing is padded
     */
    public Tensor forward(Tensor embeddings, TensorOptional mask, Regularization regularization) {
        return Scopes.keep(() -> {
            Tensor hidden = regularization.dropout(
                    layernormEmbedding.forward(embeddings.add(positions.slice(0, embeddings.size(1)))),
                    config.dropout());
            for (Layer layer : layers) {
                Tensor x = hidden;
                hidden = regularization.layer(x, in -> layer.forward(in, mask, regularization));
                x.close();
            }
            return hidden;
        });
    }

    private static final class Layer {
        private final TextConfig config;
        private final BartAttention selfAttn;
        private final LayerNorm selfAttnLayerNorm;
        private final FeedForward ffn;
        private final LayerNorm finalLayerNorm;

        Layer(TextConfig config, Parameters at) {
            this.config = config;
            this.selfAttn = BartAttention.self(
                    at.at("self_attn"), config.encoderAttentionHeads(), config.attentionDropout(), at.attentionType());
            this.selfAttnLayerNorm = at.layerNorm("self_attn_layer_norm");
            this.ffn = new FeedForward(at, config.activationDropout());
            this.finalLayerNorm = at.layerNorm("final_layer_norm");
        }

        Tensor forward(Tensor input, TensorOptional mask, Regularization regularization) {
            Tensor x = regularization.fork(input);
            List<Tensor> own = selfAttn.project(Autocast.operand(x), regularization);
            Tensor attended = selfAttn.attend(own.get(0), own.get(1), own.get(2), mask, regularization, false);
            Tensor y = regularization.fork(
                    selfAttnLayerNorm.forward(Residual.add(regularization.dropout(attended, config.dropout()), x)));
            Tensor fed = regularization.dropout(ffn.forward(y, regularization), config.dropout());
            return finalLayerNorm.forward(Residual.add(fed, y));
        }
    }
}
