package io.github.florence4j.pretrain;

import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.pretrain.GlyphPages.GlyphBatch;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The vision tower and the head behind it, on the leaves of one worker. */
final class GlyphStep {
    private static final int MEAN = 1; // at::Reduction::Mean

    private final Florence2Network network;
    private final GlyphReader reader;
    private final DType precision;
    private final Tensor classWeights;
    private final int width;
    private final int height;

    /**
     * Steps of pages of one size.
     *
     * @param classWeights how much each class counts
     */
    GlyphStep(
            Florence2Network network, GlyphReader reader, DType precision, Tensor classWeights, int width, int height) {
        this.network = network;
        this.reader = reader;
        this.precision = precision;
        this.classWeights = classWeights;
        this.width = width;
        this.height = height;
    }

    /** What is counted on pages that are not trained on: characters told right, all of them, and the loss. */
    record Score(double right, double all, double loss) {
        Score plus(Score other) {
            return new Score(right + other.right, all + other.all, loss + other.loss);
        }
    }

    /** Adds the gradients of a batch's mean loss to those that are there. */
    double accumulate(GlyphBatch batch) {
        try (PointerScope scope = new PointerScope()) {
            Tensor loss = loss(logits(batch), classes(batch));
            loss.backward();
            return loss.item_double();
        }
    }

    Score score(GlyphBatch batch) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Tensor logits = logits(batch);
            Tensor classes = classes(batch);
            Tensor there = classes.ne(new Scalar(GlyphMap.NOTHING));
            Tensor found = logits.argmax(new LongOptional(1), false).eq(classes).logical_and(there);
            return new Score(
                    found.sum().item_double(),
                    there.sum().item_double(),
                    loss(logits, classes).item_double());
        }
    }

    private Tensor loss(Tensor logits, Tensor classes) {
        return torch.cross_entropy_loss(logits, classes, new TensorOptional(classWeights), MEAN, -1, 0);
    }

    private Tensor classes(GlyphBatch batch) {
        return Tensors.ofLongs(network.device(), batch.classes());
    }

    private Tensor logits(GlyphBatch batch) {
        Device device = network.device();
        Tensor pixels = Tensors.ofFloats(device, batch.pixels()).view(-1, 3, height, width);
        try (Autocast cast = Autocast.on(device, precision)) {
            return reader.logits(network.visionTower().forward(pixels, Regularization.NONE));
        }
    }
}
