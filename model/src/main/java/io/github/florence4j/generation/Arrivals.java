package io.github.florence4j.generation;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Where the samples of a decoding come from and their answers go. Samples are counted in the order in which they join. */
public interface Arrivals {
    /**
     * Samples that were encoded together.
     *
     * @param encoded the encoder's last hidden state {@code (b, s, p)}
     * @param mask the mask with which it was encoded
     * @param constraints one per sample
     */
    record Group(Tensor encoded, TensorOptional mask, List<TokenConstraint> constraints) {}

    /**
     * The samples that join before the next step, none for none; called within a {@code PointerScope}, to which the tensors
     * belong.
     *
     * @param room how many samples there is room for, at least 1
     * @param idle whether nothing is being decoded, so that it may wait for samples: if none come, there are no more
     */
    List<Group> next(int room, boolean idle);

    /** Takes the answers of a sample, best first, as soon as they are complete. */
    void finished(int sample, List<GeneratedSequence> answers);
}
