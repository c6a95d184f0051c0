package io.github.florence4j.train;

import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Places where libtorch's graph of a forward pass is cut, and how gradients cross them. libtorch's own means, functions
 * with a backward of their own, cannot be written in Java.
 *
 * <p>Behind a cut the computation goes on from a leaf. When the loss has run backward as far as the leaves of the last cut,
 * {@link #backward} takes the cuts in reverse and carries the gradient of each leaf to what was before it.
 */
final class GradientTape implements AutoCloseable {
    /** Carries a gradient across a cut. */
    @FunctionalInterface
    interface Backward {
        /** Runs backward from {@code gradient}, that of the leaf; {@code inputs} are those that were recorded. */
        void run(Tensor gradient, List<Tensor> inputs);
    }

    /** Carries the gradients of several tensors, which were computed together, across a cut. */
    @FunctionalInterface
    interface JointBackward {
        /** Runs backward from {@code gradients}, those of the leaves, in order; {@code inputs} are those that were recorded. */
        void run(List<Tensor> gradients, List<Tensor> inputs);
    }

    private record Cut(List<Tensor> leaves, List<Tensor> inputs, JointBackward backward) {
        void run() {
            List<Tensor> gradients = leaves.stream().map(Tensor::grad).toList();
            if (gradients.stream().noneMatch(Tensor::defined)) {
                return;
            }
            List<Tensor> all = new ArrayList<>();
            for (int i = 0; i < leaves.size(); i++) {
                Tensor gradient = gradients.get(i);
                all.add(gradient.defined() ? gradient : torch.zeros_like(leaves.get(i)));
            }
            backward.run(all, inputs);
        }

        void close() {
            leaves.forEach(Tensor::close);
            inputs.forEach(Tensor::close);
        }
    }

    private final Deque<Cut> cuts = new ArrayDeque<>();
    private final DType precision;

    /** An empty tape of a pass whose matrix products are computed in that precision. */
    GradientTape(DType precision) {
        this.precision = precision;
    }

    /**
     * A leaf in place of {@code x}; it is the tape's and lives until its gradient has been carried on. It must stand wherever
     * several ways lead from a tensor to the loss and a cut is on one of them: their gradients arrive one after another,
     * but libtorch can pass them on only once.
     */
    Tensor cut(Tensor x) {
        Tensor leaf = Scopes.own(() -> x.detach());
        leaf.set_requires_grad(x.requires_grad());
        cuts.push(new Cut(List.of(leaf), own(List.of(x)), (g, inputs) -> backward(inputs.get(0), g.get(0))));
        return leaf;
    }

    /**
     * The result of {@code body} without its graph: it is computed once more when its gradient is wanted, with the same
     * draws from the random number generator (Chen and others, arXiv 1604.06174).
     */
    Tensor recompute(Tensor x, UnaryOperator<Tensor> body) {
        byte[] draws = Seeds.state();
        Tensor result;
        try (NoGrad noGrad = new NoGrad()) {
            result = Scopes.keep(() -> body.apply(x));
        }
        return record(result.detach(), List.of(x), (g, inputs) -> recompute(inputs.get(0), body, draws, g));
    }

    private void recompute(Tensor x, UnaryOperator<Tensor> body, byte[] draws, Tensor gradient) {
        byte[] later = Seeds.state();
        Seeds.restore(draws);
        int before = cuts.size();
        Tensor input = x.detach();
        input.set_requires_grad(x.requires_grad());
        Tensor result;
        try (Autocast cast = Autocast.on(x.device(), precision)) {
            result = body.apply(input);
        }
        Seeds.restore(later);
        if (result.requires_grad()) {
            backward(result, gradient);
        }
        unwind(before);
        if (x.requires_grad()) {
            backward(x, input.grad());
        }
    }

    /**
     * A leaf with a value that was computed from {@code inputs} outside the graph.
     *
     * @param value without graph
     * @param inputs kept until the gradient has passed
     */
    Tensor record(Tensor value, List<Tensor> inputs, Backward backward) {
        return record(List.of(value), inputs, (g, all) -> backward.run(g.get(0), all))
                .get(0);
    }

    /**
     * As {@link #record(Tensor, List, Backward)}, for several values that were computed together. The gradient of one that the loss does
     * not depend on is zero.
     */
    List<Tensor> record(List<Tensor> values, List<Tensor> inputs, JointBackward backward) {
        values.forEach(value -> value.set_requires_grad(true));
        cuts.push(new Cut(own(values), own(inputs), backward));
        return values;
    }

    private static List<Tensor> own(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> Scopes.own(() -> new Tensor(tensor)))
                .toList();
    }

    /** Carries the gradients of all leaves on, and forgets the cuts. */
    void backward() {
        unwind(0);
    }

    /** How many cuts there are. */
    int size() {
        return cuts.size();
    }

    /** Carries on the gradients of the leaves of all but the first {@code size} cuts, and forgets those cuts. */
    void backwardTo(int size) {
        unwind(size);
    }

    private void unwind(int size) {
        while (cuts.size() > size) {
            Cut cut = cuts.pop();
            try (PointerScope scope = new PointerScope()) {
                cut.run();
            } finally {
                cut.close();
            }
        }
    }

    /** Runs backward from a tensor of which the gradient is known. */
    static void backward(Tensor x, Tensor gradient) {
        x.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    }

    /** Runs backward from several tensors at once, those left out that need no gradient. */
    static void backward(List<Tensor> tensors, List<Tensor> gradients) {
        TensorVector roots = new TensorVector();
        TensorVector ofRoots = new TensorVector();
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).requires_grad()) {
                roots.push_back(tensors.get(i));
                ofRoots.push_back(gradients.get(i));
            }
        }
        torch.backward(roots, ofRoots, new BoolOptional(), false, new TensorVector());
    }

    /** Forgets cuts that no gradient has crossed. */
    @Override
    public void close() {
        cuts.forEach(Cut::close);
        cuts.clear();
    }
}
