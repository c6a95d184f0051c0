package io.github.florence4j.train;

import io.github.florence4j.nn.Embeddings;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.weights.Part;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** How the parts of the network run in one forward pass. */
interface TrainingPass {
    /** Regularization of a part that trains. */
    Regularization active(Part part);

    /** Regularization of a part in evaluation that gradients pass through. */
    Regularization passing(Part part);

    /** Vectors {@code (b, t, p)} of ids. */
    Tensor embed(Embeddings embeddings, Tensor ids);

    /** A pass whose graph is libtorch's alone. */
    static TrainingPass of(Regularization regularization) {
        return new TrainingPass() {
            @Override
            public Regularization active(Part part) {
                return regularization;
            }

            @Override
            public Regularization passing(Part part) {
                return Regularization.NONE;
            }

            @Override
            public Tensor embed(Embeddings embeddings, Tensor ids) {
                return embeddings.forward(ids);
            }
        };
    }

    /**
     * A regularized pass whose gradients cross the cuts of a tape.
     *
     * @param recomputed the parts whose layers are computed again for their gradients
     */
    static TrainingPass on(GradientTape tape, Set<Part> recomputed) {
        return new TrainingPass() {
            @Override
            public Regularization active(Part part) {
                return new TrainingRegularization(tape, recomputed.contains(part), true);
            }

            @Override
            public Regularization passing(Part part) {
                return new TrainingRegularization(tape, recomputed.contains(part), false);
            }

            @Override
            public Tensor embed(Embeddings embeddings, Tensor ids) {
                if (!embeddings.table().requires_grad()) {
                    return embeddings.forward(ids);
                }
                Tensor vectors;
                try (NoGrad noGrad = new NoGrad()) {
                    vectors = embeddings.forward(ids);
                }
                return tape.record(vectors, List.of(ids), (g, inputs) -> embeddings.accumulate(inputs.get(0), g));
            }
        };
    }
}
