package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.matmul;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** An affine map of the last axis: {@code (…, in) -> (…, out)}. */
@FunctionalInterface
public interface Linear {
    /** Applies the map; {@code regularization} says what a map with dropout of its own drops in this pass. */
    Tensor forward(Tensor x, Regularization regularization);

    /** Applies the map as in evaluation. */
    default Tensor forward(Tensor x) {
        return forward(x, Regularization.NONE);
    }

    /**
     * As {@link #forward(Tensor, Regularization)} for a caller who goes on in another type: the result has that type where the map can
     * give it at no cost, else its own.
     */
    default Tensor forward(Tensor x, Regularization regularization, ScalarType wanted) {
        return forward(x, regularization);
    }

    /**
     * The exact (erf) GELU of the map, followed by dropout; the type of the result is that which the next map takes.
     *
     * @param dropout the chance of an element to be zeroed in training
     */
    default Tensor forwardGelu(Tensor x, Regularization regularization, double dropout) {
        return regularization.gelu(forward(x, regularization), dropout);
    }

    /**
     * The {@code next} map of the exact (erf) GELU of this one, with dropout in between; one that knows how the next takes its operand
     * may give it so at once.
     *
     * @param dropout the chance of an element between them to be zeroed in training
     */
    default Tensor forwardThrough(Linear next, Tensor x, Regularization regularization, double dropout) {
        return next.forward(forwardGelu(x, regularization, dropout), regularization);
    }

    /**
     * The same map for parts of one operand, one after the other, on one thread: what it finds out about a part may serve for the next. It
     * needs this map, and is not closed.
     */
    default Linear forParts() {
        return this;
    }

    /**
     * The gradient {@code (…, in)} of the input, given that of the result {@code (…, out)}; of a map that is its weight and a bias alone.
     *
     * @param weight the map's {@code (out, in)}; one that holds a copy which is faster takes that
     */
    default Tensor inputGradient(Tensor gradient, Tensor weight) {
        return matmul(gradient, weight);
    }

    /** {@code x} in the type in which this map takes it, so that its result has that type too. */
    default Tensor operand(Tensor x) {
        return x;
    }
}
