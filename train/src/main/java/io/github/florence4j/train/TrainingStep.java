package io.github.florence4j.train;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One micro-batch forward and backward. Gradients add up, as sums over label tokens, until {@link Gradients} divides them by
 * the tokens of all micro-batches of a step: eight batches of one example give what one batch of eight gives.
 */
public final class TrainingStep {
    /** Rows whose logits exist at once by default: 26 MB in each copy for the whole vocabulary. */
    public static final int CHUNK_ROWS = 128;

    private final TrainingNetwork network;
    private final DType precision;
    private final LabelLoss loss;
    private final Regularization regularization = new TrainingRegularization();

    /**
     * Steps of a network.
     *
     * @param precision {@link DType#BFLOAT16} for autocast of matrix products, else {@link DType#FLOAT32}; weights,
     *     residuals and the loss are single precision in either case
     * @param chunkRows label tokens whose logits exist at once, such as {@link #CHUNK_ROWS}
     */
    public TrainingStep(TrainingNetwork network, DType precision, int chunkRows) {
        this.network = network;
        this.precision = precision;
        this.loss = new LabelLoss(network.network()::logits, precision, chunkRows);
    }

    /** Adds the gradients of a batch's summed loss to those that are there. */
    public LossSum accumulate(TrainingBatch batch) {
        try (PointerScope scope = new PointerScope()) {
            return loss.backward(hidden(batch, regularization), batch.labels());
        }
    }

    /** The summed loss of a batch in evaluation: nothing is dropped and no gradient is recorded. */
    public LossSum evaluate(TrainingBatch batch) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            return loss.evaluate(hidden(batch, Regularization.NONE), batch.labels());
        }
    }

    private Tensor hidden(TrainingBatch batch, Regularization regularization) {
        try (Autocast cast = Autocast.on(batch.labels().device(), precision)) {
            return network.hidden(batch, regularization);
        }
    }
}
