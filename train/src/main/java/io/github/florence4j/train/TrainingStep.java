package io.github.florence4j.train;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.weights.Part;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One batch forward and backward, some examples at once. Gradients add up, as sums over label tokens, until {@link Gradients} divides them by
 * the tokens of all micro-batches of a step: eight batches of one example give what one batch of eight gives.
 */
public final class TrainingStep {
    /** Rows whose logits exist at once by default: 26 MB in each copy for the whole vocabulary. */
    public static final int CHUNK_ROWS = 128;

    private static final long LOGITS_AT_ONCE = CHUNK_ROWS * 51_328L;

    private final TrainingNetwork network;
    private final DType precision;
    private final LabelLoss loss;
    private final Set<Part> recomputed;
    private final int examplesAtOnce;

    /**
     * Steps of a network, all examples of a batch at once.
     *
     * @param precision {@link DType#BFLOAT16} for autocast of matrix products, else {@link DType#FLOAT32}; weights,
     *     residuals and the loss of given logits are single precision in either case, and so is the head in {@link #evaluate}
     * @param chunkRows label tokens whose logits exist at once, such as {@link #CHUNK_ROWS}
     */
    public TrainingStep(TrainingNetwork network, DType precision, int chunkRows) {
        this(network, precision, chunkRows, Set.of(), Integer.MAX_VALUE);
    }

    /**
     * Steps with gradient checkpointing: of layers in those parts only the inputs are kept, and the layers computed again
     * when their gradients are wanted. It costs a third more time there and saves most of the memory, with the same
     * gradients.
     *
     * @param recomputed of {@link Part#VISION_TOWER} (2.4 GB an image of 768 pixels in single precision), {@link
     *     Part#ENCODER} and {@link Part#DECODER} (for long answers); other parts have no layers to compute again
     * @param examplesAtOnce examples that go forward and backward at once; fewer need less memory, and give the same
     *     gradients but for what is drawn for dropout
     */
    public TrainingStep(
            TrainingNetwork network, DType precision, int chunkRows, Set<Part> recomputed, int examplesAtOnce) {
        if (examplesAtOnce < 1) {
            throw new IllegalArgumentException(
                    "a training step takes " + examplesAtOnce + " examples at once; expected 1 or more");
        }
        this.network = network;
        this.precision = precision;
        this.loss = new LabelLoss(network.network(), precision, chunkRows);
        this.recomputed = Set.copyOf(recomputed);
        this.examplesAtOnce = examplesAtOnce;
    }

    /** The rows whose logits take as much room as {@link #CHUNK_ROWS} rows of the published vocabulary. */
    public static int chunkRows(int vocabulary) {
        return (int) Math.max(1, LOGITS_AT_ONCE / vocabulary);
    }

    /** Adds the gradients of a batch's summed loss to those that are there. */
    public LossSum accumulate(TrainingBatch batch) {
        LossSum sum = LossSum.NONE;
        for (int first = 0; first < batch.size(); first += examplesAtOnce) {
            try (PointerScope scope = new PointerScope()) {
                sum = sum.plus(accumulateAtOnce(batch.rows(first, Math.min(examplesAtOnce, batch.size() - first))));
            }
        }
        return sum;
    }

    /** As {@link #accumulate}, with all examples at once. */
    public LossSum accumulateAtOnce(TrainingBatch batch) {
        try (GradientTape tape = new GradientTape(precision);
                PointerScope scope = new PointerScope()) {
            TrainingPass pass = TrainingPass.on(tape, recomputed);
            TrainingBatch seen;
            try (Autocast cast = Autocast.on(batch.labels().device(), precision)) {
                seen = network.seen(batch, pass);
            }
            List<TrainingBatch> parts = LengthGroups.of(seen);
            LossSum sum = parts.size() == 1 ? accumulate(seen, pass) : accumulate(parts, pass, tape);
            tape.backward();
            return sum;
        }
    }

    /** Runs parts one after another; the gradients of their common pictures add up at a cut behind these. */
    private LossSum accumulate(List<TrainingBatch> parts, TrainingPass pass, GradientTape tape) {
        ImageInput common = parts.get(0).image();
        Tensor leaf = tape.cut(common.tensor());
        int cuts = tape.size();
        LossSum sum = LossSum.NONE;
        for (TrainingBatch part : parts) {
            try (PointerScope scope = new PointerScope()) {
                ImageInput image =
                        new ImageInput(common.stage(), leaf, part.image().rows());
                sum = sum.plus(accumulate(part.with(image), pass));
                tape.backwardTo(cuts);
            }
        }
        return sum;
    }

    private LossSum accumulate(TrainingBatch seen, TrainingPass pass) {
        Tensor hidden;
        try (Autocast cast = Autocast.on(seen.labels().device(), precision)) {
            hidden = network.answered(seen, pass);
        }
        return loss.backward(hidden, seen.labels());
    }

    /** The summed loss of a batch in evaluation: nothing is dropped and no gradient is recorded. */
    public LossSum evaluate(TrainingBatch batch) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope();
                Autocast cast = Autocast.on(batch.labels().device(), precision)) {
            return loss.evaluate(network.hidden(batch, Regularization.NONE), batch.labels());
        }
    }
}
