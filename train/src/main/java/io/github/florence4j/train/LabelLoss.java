package io.github.florence4j.train;

import io.github.florence4j.nn.Targets;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Cross-entropy over the vocabulary, summed over labels, some rows at a time: logits, the largest tensors of all, exist for
 * one chunk only. Each chunk runs backward at once into the output head and the hidden states; then the hidden states run
 * backward into the network. The gradients are those of the whole loss. Rows without label never reach the head.
 */
final class LabelLoss {
    private static final long SUM = 2; // at::Reduction::Sum

    private final UnaryOperator<Tensor> head;
    private final DType precision;
    private final int chunkRows;

    /**
     * A loss behind an output head.
     *
     * @param head logits {@code (r, v)} of hidden states {@code (r, p)}
     * @param precision of the head's matrix product
     * @param chunkRows rows whose logits exist at once
     */
    LabelLoss(UnaryOperator<Tensor> head, DType precision, int chunkRows) {
        if (chunkRows < 1) {
            throw new IllegalArgumentException("the loss takes " + chunkRows + " rows at once; expected 1 or more");
        }
        this.head = head;
        this.precision = precision;
        this.chunkRows = chunkRows;
    }

    /** The loss of {@code hidden (b, t, p)} against {@code labels (b, t)}; its gradients are added to all leaves. */
    LossSum backward(Tensor hidden, Tensor labels) {
        try (PointerScope scope = new PointerScope()) {
            Tensor positions = labelled(labels);
            Tensor rows = hidden.flatten(0, 1).index_select(0, positions); // (r, p)
            Tensor targets = labels.flatten().index_select(0, positions); // (r)
            if (rows.size(0) == 0) {
                return LossSum.NONE;
            }
            Tensor gradient = torch.empty_like(rows.detach());
            double sum = 0;
            for (long first = 0; first < rows.size(0); first += chunkRows) {
                try (PointerScope chunk = new PointerScope()) {
                    long count = Math.min(chunkRows, rows.size(0) - first);
                    Tensor leaf = rows.detach().narrow(0, first, count);
                    leaf.set_requires_grad(true);
                    Tensor loss = sum(leaf, targets.narrow(0, first, count));
                    loss.backward();
                    gradient.narrow(0, first, count).copy_(leaf.grad());
                    sum += loss.item_double();
                }
            }
            if (rows.requires_grad()) {
                rows.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
            }
            return new LossSum(sum, rows.size(0));
        }
    }

    /** The loss alone. */
    LossSum evaluate(Tensor hidden, Tensor labels) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Tensor positions = labelled(labels);
            Tensor rows = hidden.flatten(0, 1).index_select(0, positions); // (r, p)
            Tensor targets = labels.flatten().index_select(0, positions); // (r)
            double sum = 0;
            for (long first = 0; first < rows.size(0); first += chunkRows) {
                try (PointerScope chunk = new PointerScope()) {
                    long count = Math.min(chunkRows, rows.size(0) - first);
                    sum += sum(rows.narrow(0, first, count), targets.narrow(0, first, count))
                            .item_double();
                }
            }
            return new LossSum(sum, rows.size(0));
        }
    }

    private static Tensor labelled(Tensor labels) {
        return labels.flatten().ne(new Scalar(Targets.IGNORED)).nonzero().squeeze(1);
    }

    private Tensor sum(Tensor rows, Tensor targets) {
        Tensor logits;
        try (Autocast cast = Autocast.on(rows.device(), precision)) {
            logits = head.apply(rows);
        }
        Tensor wide = DType.of(logits).bytes() < Float.BYTES ? logits.to(DType.FLOAT32.scalarType()) : logits;
        return torch.cross_entropy_loss(wide, targets, new TensorOptional(), SUM, Targets.IGNORED, 0);
    }
}
