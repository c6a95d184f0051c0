package io.github.florence4j.train;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.nn.Targets;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.weights.Part;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The network under teacher forcing, part by part. An active part is regularized; any other runs as in evaluation and, unless
 * a gradient must pass through it to a part before it, keeps no graph.
 */
public final class TrainingNetwork {
    private final Florence2Network network;
    private final Set<Part> active;

    /**
     * The network of that configuration; build it outside any {@code PointerScope}.
     *
     * @param weights where the layers come from, adapters included
     * @param active the parts with weights or adapters that train
     */
    public TrainingNetwork(Florence2Config config, Parameters.Source weights, Set<Part> active) {
        this.network = new Florence2Network(config, weights);
        this.active = active.isEmpty() ? EnumSet.noneOf(Part.class) : EnumSet.copyOf(active);
    }

    /** The network itself; it shares the weights, so it can answer between steps. */
    public Florence2Network network() {
        return network;
    }

    /** How far along the vision path the pictures of a batch may be: later is cheaper. */
    public ImageInput.Stage latestStage() {
        if (active.contains(Part.VISION_TOWER)) {
            return ImageInput.Stage.PIXELS;
        }
        return active.contains(Part.PROJECTOR) ? ImageInput.Stage.TOWER_MAP : ImageInput.Stage.VISUAL_TOKENS;
    }

    /**
     * Hidden states {@code (b, t, p)} of the decoder, from which {@link Florence2Network#logits} gives the labels.
     *
     * @param regularization of the active parts
     */
    public Tensor hidden(TrainingBatch batch, Regularization regularization) {
        return Scopes.keep(() -> hidden(batch, TrainingPass.of(regularization)));
    }

    /** As {@link #hidden(TrainingBatch, Regularization)}, in a scope that stays open until the pass has run backward. */
    Tensor hidden(TrainingBatch batch, TrainingPass pass) {
        return answered(seen(batch, pass), pass);
    }

    /** The batch with its pictures as visual tokens. */
    TrainingBatch seen(TrainingBatch batch, TrainingPass pass) {
        return batch.with(advance(batch.image(), ImageInput.Stage.VISUAL_TOKENS, pass));
    }

    /** Hidden states {@code (b, t, p)} of a batch that {@link #seen} gave, or of a part of it. */
    Tensor answered(TrainingBatch batch, TrainingPass pass) {
        TextConfig text = network.config().text();
        Tensor visual = batch.image().perExample();
        Tensor prompt = pass.embed(network.embeddings(), batch.promptIds());
        Tensor input = torch.cat(new TensorVector(visual, prompt), 1); // (b, n + l, p)
        TensorOptional mask = mask(input, visual.size(1), batch.promptLengths());
        Tensor encoded = run(Part.ENCODER, input.requires_grad(), pass, r -> network.encoder()
                .forward(input, mask, r));
        Tensor targets = pass.embed(
                network.embeddings(),
                Targets.shiftRight(batch.labels(), text.decoderStartTokenId(), text.padTokenId())); // (b, t, p)
        return run(Part.DECODER, targets.requires_grad() || encoded.requires_grad(), pass, r -> network.decoder()
                .forward(targets, encoded, mask, r));
    }

    /**
     * Computes pictures up to a stage; they come back unchanged when they are there already.
     *
     * @throws IllegalArgumentException when they come from behind a part that is active
     */
    public ImageInput advance(ImageInput image, ImageInput.Stage target, Regularization regularization) {
        return advance(image, target, TrainingPass.of(regularization));
    }

    private ImageInput advance(ImageInput image, ImageInput.Stage target, TrainingPass pass) {
        if (image.stage().compareTo(latestStage()) > 0) {
            throw new IllegalArgumentException("pictures come as " + image.stage()
                    + ", computed before training, but a part before that trains; expected " + latestStage());
        }
        ImageInput reached = image;
        while (reached.stage().compareTo(target) < 0) {
            reached = next(reached, pass);
        }
        return reached;
    }

    private ImageInput next(ImageInput image, TrainingPass pass) {
        Tensor x = image.tensor();
        if (image.stage() == ImageInput.Stage.PIXELS) {
            return image.advanced(
                    ImageInput.Stage.TOWER_MAP, run(Part.VISION_TOWER, false, pass, r -> network.visionTower()
                            .forward(x, r)));
        }
        return image.advanced(
                ImageInput.Stage.VISUAL_TOKENS, run(Part.PROJECTOR, x.requires_grad(), pass, r -> network.projector()
                        .forward(x, r)));
    }

    /** The mask in the precision of what it is added to. */
    private TensorOptional mask(Tensor input, long visualTokens, int[] promptLengths) {
        TensorOptional mask = network.paddingMask(visualTokens, promptLengths);
        return mask.has_value() ? new TensorOptional(mask.get().to(input.scalar_type())) : mask;
    }

    private Tensor run(Part part, boolean gradientPasses, TrainingPass pass, Function<Regularization, Tensor> body) {
        if (active.contains(part)) {
            return body.apply(pass.active(part));
        }
        if (gradientPasses) {
            return body.apply(pass.passing(part));
        }
        try (NoGrad noGrad = new NoGrad()) {
            return body.apply(Regularization.NONE);
        }
    }
}
