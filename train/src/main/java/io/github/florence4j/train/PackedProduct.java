package io.github.florence4j.train;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.mm;

import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.BoundOperator;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers of one input as one product in bfloat16, with their weights one below the other in the order in which oneDNN
 * multiplies fastest: that is worth a fifth of the product. They are put in that order again when they have changed, so once a step.
 *
 * <p>For many rows: to order the weights takes a tenth of the time of a product with 2,400. It holds them in both directions, 4 bytes
 * a weight, from step to step. For one thread at a time.
 */
final class PackedProduct implements AutoCloseable {
    private static final ScalarType HALF = ScalarType.BFloat16;
    private static final long FEWEST_ROWS = 256;
    private static final long FEWEST_WEIGHTS = 1 << 18; // smaller matrices are not worth the calls
    private static final long BLOCK = 16;

    /** Whether the processor and the library can. */
    private static final class Support {
        static final boolean HERE = has();

        private static boolean has() {
            try (IValue answer = Operators.callForValue("mkldnn::_is_mkldnn_bf16_supported", "")) {
                return answer.toBool();
            } catch (IllegalArgumentException e) {
                return false; // a library without oneDNN has no such operator
            }
        }
    }

    private final List<Tensor> weights; // (out, in) each
    private final List<TensorOptional> biases; // (out) each, or empty
    private @Nullable BoundOperator forward; // (…, in) -> (…, out of all)
    private @Nullable BoundOperator backward; // (…, out of all) -> (…, in)
    private long version; // of all weights and biases when they were packed

    PackedProduct(List<Tensor> weights, List<TensorOptional> biases) {
        this.weights = List.copyOf(weights);
        this.biases = List.copyOf(biases);
    }

    /**
     * Whether it is the faster one, and may be used. With weights that train it is a cut of the tape. Frozen ones are left to libtorch
     * wherever a gradient may have to pass them: an adapter beside them may carry one of the same input on. The pass decides,
     * not whether gradients are recorded: layers are computed again to record them.
     */
    boolean takes(Tensor x, Regularization regularization) {
        boolean inTraining = regularization instanceof TrainingRegularization;
        boolean allowed = trains()
                ? inTraining || !GradMode.is_enabled()
                : !inTraining && !(GradMode.is_enabled() && (x.requires_grad() || biasTrains()));
        return allowed
                && x.device().is_cpu()
                && x.numel() >= FEWEST_ROWS * x.size(-1)
                && weights.stream().allMatch(weight -> fits(weight) && weight.requires_grad() == trains())
                && Support.HERE;
    }

    private boolean trains() {
        return weights.get(0).requires_grad();
    }

    private boolean biasTrains() {
        return biases.stream().anyMatch(bias -> bias.has_value() && bias.get().requires_grad());
    }

    private static boolean fits(Tensor weight) {
        return weight.numel() >= FEWEST_WEIGHTS && weight.size(0) % BLOCK == 0 && weight.size(1) % BLOCK == 0;
    }

    /** The results {@code (…, out)} of {@code x (…, in)}, in bfloat16. */
    List<Tensor> of(Tensor x, Regularization regularization) {
        Tensor operand = x.to(HALF);
        List<Tensor> results;
        try (NoGrad noGrad = new NoGrad()) {
            results = Scopes.keepAll(() -> split(forward().call(operand.detach().contiguous()), -1));
        }
        return trains() && GradMode.is_enabled() && regularization instanceof TrainingRegularization pass
                ? pass.record(results, operand, this::backward)
                : results;
    }

    private void backward(List<Tensor> gradients, Tensor operand) {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor joint = gradients.size() == 1
                    ? gradients.get(0)
                    : cat(new TensorVector(gradients.toArray(new Tensor[0])), -1);
            Tensor rows = joint.reshape(-1, joint.size(-1)); // (r, out of all)
            List<Tensor> ofWeights = split(mm(rows.t(), operand.reshape(-1, operand.size(-1))), 0);
            for (int i = 0; i < weights.size(); i++) {
                Gradients.add(weights.get(i), ofWeights.get(i));
            }
            if (biasTrains()) {
                addToBiases(rows.sum(0)); // in their precision: for sums in another libtorch makes a copy of all rows
            }
            if (operand.requires_grad()) {
                GradientTape.backward(operand, backward().call(rows).view(operand.shape()));
            }
        }
    }

    private void addToBiases(Tensor joint) {
        List<Tensor> parts = split(joint, 0);
        for (int i = 0; i < biases.size(); i++) {
            TensorOptional bias = biases.get(i);
            if (bias.has_value() && bias.get().requires_grad()) {
                Gradients.add(bias.get(), parts.get(i));
            }
        }
    }

    /** The parts of all layers along an axis. */
    private List<Tensor> split(Tensor all, int axis) {
        List<Tensor> parts = new ArrayList<>();
        long at = 0;
        for (Tensor weight : weights) {
            parts.add(all.narrow(axis, at, weight.size(0)));
            at += weight.size(0);
        }
        return parts;
    }

    private BoundOperator forward() {
        long now = now();
        BoundOperator known = forward;
        if (known != null && version == now) {
            return known;
        }
        close();
        version = now;
        BoundOperator packed = pack(false);
        forward = packed;
        return packed;
    }

    /** Of the weights that {@link #forward()} had last. */
    private BoundOperator backward() {
        BoundOperator packed = backward == null ? pack(true) : backward;
        backward = packed;
        return packed;
    }

    private long now() {
        return weights.stream().mapToLong(Tensor::_version).sum()
                + biases.stream()
                        .filter(TensorOptional::has_value)
                        .mapToLong(bias -> bias.get()._version())
                        .sum();
    }

    private BoundOperator pack(boolean transposed) {
        try (Tensor packed = Scopes.own(() -> {
                    Tensor all = joint();
                    Tensor matrix = transposed ? all.t().contiguous() : all;
                    return Operators.call("mkldnn::_reorder_linear_weight", "", matrix, (Object) null);
                });
                IValue none = Operators.noScalars()) {
            @Nullable Tensor bias = transposed ? null : jointBias();
            return BoundOperator.of(
                    "mkldnn::_linear_pointwise", "", BoundOperator.INPUT, packed, bias, "none", none, "");
        }
    }

    /** All weights in bfloat16 {@code (out of all, in)}. */
    private Tensor joint() {
        long rows = weights.stream().mapToLong(weight -> weight.size(0)).sum();
        Tensor all = torch.empty(
                new long[] {rows, weights.get(0).size(1)}, new TensorOptions(HALF), new MemoryFormatOptional());
        List<Tensor> parts = split(all, 0);
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).copy_(weights.get(i));
        }
        return all;
    }

    private @Nullable Tensor jointBias() {
        if (biases.stream().noneMatch(TensorOptional::has_value)) {
            return null;
        }
        TensorVector all = new TensorVector();
        for (int i = 0; i < biases.size(); i++) {
            Tensor weight = weights.get(i);
            all.push_back(
                    biases.get(i).has_value()
                            ? biases.get(i).get().to(HALF)
                            : weight.new_zeros(weight.size(0)).to(HALF));
        }
        return cat(all, 0);
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        if (forward != null) {
            forward.close();
            forward = null;
        }
        if (backward != null) {
            backward.close();
            backward = null;
        }
    }
}
