package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.tensor;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.torch.Scopes;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The whole network: vision tower, projector, encoder, decoder and the output head that is tied to the token table
 * (reference: {@code Florence2ForConditionalGeneration}).
 *
 * <p>On the weights of a checkpoint it has no state: any number of threads may use it at once. On weights in training only
 * one may. Build it outside any {@code
 * PointerScope}.
 */
public final class Florence2Network {
    private static final double HIDDEN = Double.NEGATIVE_INFINITY;

    private final Florence2Config config;
    private final DavitVisionTower visionTower;
    private final MultiModalProjector projector;
    private final Embeddings embeddings;
    private final BartEncoder encoder;
    private final BartDecoder decoder;
    private final Linear head;
    private final Device device;
    private final @Nullable Tensor finalLogitsBias; // (1, v), only in the original layout

    /** The network of that configuration on weights named as in the transformers layout. */
    public Florence2Network(Florence2Config config, Parameters.Source weights) {
        Parameters model = Parameters.of(weights).at("model");
        Parameters language = model.at("language_model");
        this.config = config;
        var parts = weights.both(
                () -> new Reading(
                        new DavitVisionTower(config.vision(), model.at("vision_tower")),
                        new MultiModalProjector(config.vision(), model.at("multi_modal_projector")),
                        new BartEncoder(config.text(), language.at("encoder"))),
                () -> new Writing(
                        new Embeddings(config.text(), language),
                        new BartDecoder(config.text(), language.at("decoder")),
                        language.linear("shared")));
        this.visionTower = parts.first().tower();
        this.projector = parts.first().projector();
        this.encoder = parts.first().encoder();
        this.embeddings = parts.second().embeddings();
        this.decoder = parts.second().decoder();
        this.head = parts.second().head();
        this.device = language.tensor("shared.weight").device();
        this.finalLogitsBias = weights.has("final_logits_bias") ? weights.get("final_logits_bias") : null;
    }

    /** What takes pictures and prompts in. */
    private record Reading(DavitVisionTower tower, MultiModalProjector projector, BartEncoder encoder) {}

    /** What gives tokens out, about as many weights. */
    private record Writing(Embeddings embeddings, BartDecoder decoder, Linear head) {}

    /** The configuration. */
    public Florence2Config config() {
        return config;
    }

    /** Where the weights lie and inputs must be. */
    public Device device() {
        return device;
    }

    /** The vision tower. */
    public DavitVisionTower visionTower() {
        return visionTower;
    }

    /** The projector behind the vision tower. */
    public MultiModalProjector projector() {
        return projector;
    }

    /** The token table. */
    public Embeddings embeddings() {
        return embeddings;
    }

    /** The encoder. */
    public BartEncoder encoder() {
        return encoder;
    }

    /** The decoder. */
    public BartDecoder decoder() {
        return decoder;
    }

    /** Token vectors {@code (b, t, p)} of ids {@code (b, t)}. */
    public Tensor embed(Tensor ids) {
        return embeddings.forward(ids);
    }

    /** Visual tokens {@code (b, t, p)} of pixel values {@code (b, 3, height, width)}. */
    public Tensor imageFeatures(Tensor pixelValues, Regularization regularization) {
        return Scopes.keep(() -> projector.forward(visionTower.forward(pixelValues, regularization), regularization));
    }

    /**
     * The encoder's last hidden state {@code (b, s, p)} over visual tokens followed by the prompt.
     *
     * @param imageFeatures visual tokens {@code (b, v, p)}
     * @param promptIds prompt ids {@code (b, l)}, {@code <s>} and {@code </s>} included, padded on the right
     * @param mask the result of {@link #paddingMask} for these prompts
     */
    public Tensor encode(Tensor imageFeatures, Tensor promptIds, TensorOptional mask, Regularization regularization) {
        return Scopes.keep(
                () -> encoder.forward(cat(new TensorVector(imageFeatures, embed(promptIds)), 1), mask, regularization));
    }

    /** Logits {@code (…, v)} of the decoder's hidden states {@code (…, p)}. */
    public Tensor logits(Tensor hidden) {
        Tensor logits = head.forward(hidden);
        return finalLogitsBias == null ? logits : logits.add(finalLogitsBias);
    }

    /** The gradient {@code (…, p)} of the decoder's hidden states, given that of their {@link #logits} {@code (…, v)}. */
    public Tensor hiddenGradient(Tensor logitsGradient) {
        return head.inputGradient(logitsGradient, embeddings.table());
    }

    /**
     * The additive mask {@code (b, 1, 1, s)} that hides the padding of prompts of unequal length from every query, or
     * empty when they are equal: then a batch and a single image take the same path.
     *
     * @param promptLengths the true length of each prompt
     */
    public TensorOptional paddingMask(long visualTokens, int[] promptLengths) {
        int longest = 0;
        boolean padded = false;
        for (int length : promptLengths) {
            padded |= length != promptLengths[0];
            longest = Math.max(longest, length);
        }
        if (!padded) {
            return new TensorOptional();
        }
        Tensor mask =
                tensor(0f).expand(promptLengths.length, visualTokens + longest).contiguous();
        for (int row = 0; row < promptLengths.length; row++) {
            long visible = visualTokens + promptLengths[row];
            mask.select(0, row)
                    .narrow(0, visible, visualTokens + longest - visible)
                    .fill_(new Scalar(HIDDEN));
        }
        return new TensorOptional(
                mask.to(device, ScalarType.Float).view(promptLengths.length, 1, 1, visualTokens + longest));
    }
}
