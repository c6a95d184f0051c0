package io.github.florence4j.train;

import io.github.florence4j.nn.Embeddings;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Targets;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy over the vocabulary, summed over labels, some rows at a time: logits, the largest tensors of all, exist for
 * one chunk only. The gradients of a chunk are added at once to the token table's, in place, and kept for the hidden
 * states, which then run backward into the network. Rows without label never reach the head.
 */
final class LabelLoss {
    private static final long WORDS_AT_ONCE = 2048;

    private final Florence2Network network;
    private final DType precision;
    private final int chunkRows;

    /**
     * A loss behind the output head of a network.
     *
     * @param precision of the head's matrix products in training
     * @param chunkRows rows whose logits exist at once
     */
    LabelLoss(Florence2Network network, DType precision, int chunkRows) {
        if (chunkRows < 1) {
            throw new IllegalArgumentException("the loss takes " + chunkRows + " rows at once; expected 1 or more");
        }
        this.network = network;
        this.precision = precision;
        this.chunkRows = chunkRows;
    }

    /** The loss of {@code hidden (b, t, p)} against {@code labels (b, t)}; its gradients are added to all leaves. */
    LossSum backward(Tensor hidden, Tensor labels) {
        try (PointerScope scope = new PointerScope()) {
            Tensor positions = labelled(labels);
            Tensor all = hidden.detach().flatten(0, 1); // (b·t, p)
            Tensor rows = all.index_select(0, positions); // (r, p)
            Tensor targets = labels.flatten().index_select(0, positions).unsqueeze(1); // (r, 1)
            Tensor gradient = torch.empty_like(rows);
            double sum = sum(rows, targets, gradient, precision);
            if (hidden.requires_grad() && rows.size(0) > 0) {
                Tensor dHidden = torch.zeros_like(all).index_copy_(0, positions, gradient);
                GradientTape.backward(hidden, dHidden.view(hidden.shape()));
            }
            return new LossSum(sum, rows.size(0));
        }
    }

    /** The loss alone, from logits in single precision. */
    LossSum evaluate(Tensor hidden, Tensor labels) {
        try (PointerScope scope = new PointerScope()) {
            Tensor positions = labelled(labels);
            Tensor rows = hidden.detach().flatten(0, 1).index_select(0, positions); // (r, p)
            Tensor targets = labels.flatten().index_select(0, positions).unsqueeze(1); // (r, 1)
            return new LossSum(sum(rows, targets, null, DType.FLOAT32), rows.size(0));
        }
    }

    private static Tensor labelled(Tensor labels) {
        return labels.flatten().ne(new Scalar(Targets.IGNORED)).nonzero().squeeze(1);
    }

    /** Adds up the loss; fills the rows' gradient, and adds to the table's, where {@code gradient} is given. */
    private double sum(Tensor rows, Tensor targets, @Nullable Tensor gradient, DType headPrecision) {
        double sum = 0;
        try (NoGrad noGrad = new NoGrad();
                Autocast cast = Autocast.on(rows.device(), headPrecision)) {
            for (long first = 0; first < rows.size(0); first += chunkRows) {
                try (PointerScope chunk = new PointerScope()) {
                    long count = Math.min(chunkRows, rows.size(0) - first);
                    Tensor part = rows.narrow(0, first, count);
                    Tensor target = targets.narrow(0, first, count);
                    Tensor logits = network.logits(part).to(rows.scalar_type()); // (r, v)
                    Tensor total = logits.logsumexp(new long[] {1}, true); // (r, 1)
                    sum += total.sub(logits.gather(1, target)).sum().item_double();
                    if (gradient != null) {
                        Tensor dLogits = logits.sub_(total).exp_(); // the softmax
                        dLogits.scatter_add_(1, target, torch.full_like(total, new Scalar(-1)));
                        gradient.narrow(0, first, count).copy_(headBackward(part, dLogits));
                    }
                }
            }
        }
        return sum;
    }

    /** Runs the head backward: gives the gradient {@code (r, p)} of its input, adds the table's. */
    private Tensor headBackward(Tensor rows, Tensor dLogits) {
        Embeddings embeddings = network.embeddings();
        if (embeddings.table().requires_grad()) {
            if (precision == DType.BFLOAT16 && DType.of(embeddings.table()) == DType.FLOAT32) {
                addInHalf(embeddings.tableGradient(), dLogits, rows);
            } else {
                embeddings.tableGradient().addmm_(dLogits.t(), rows);
            }
        }
        return network.hiddenGradient(dLogits);
    }

    /** The product in half precision, of so many words at a time that it is still in the cache when it is added. */
    private static void addInHalf(Tensor gradient, Tensor dLogits, Tensor rows) {
        Tensor ofLogits = dLogits.to(ScalarType.BFloat16); // (r, v)
        Tensor ofRows = rows.to(ScalarType.BFloat16); // (r, p)
        for (long first = 0; first < gradient.size(0); first += WORDS_AT_ONCE) {
            try (PointerScope scope = new PointerScope()) {
                long count = Math.min(WORDS_AT_ONCE, gradient.size(0) - first);
                gradient.narrow(0, first, count)
                        .add_(torch.mm(ofLogits.narrow(1, first, count).t(), ofRows));
            }
        }
    }
}
