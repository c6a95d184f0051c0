package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.index_select;

import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * Keys and values of one decoding: those of the target grow by one position a step, those of the encoder are computed
 * once and shared by all beams of a sample (specification 3.5).
 *
 * <p>The beams of a sample are queries of one attention over what all of them have written; a mask keeps each to its own
 * past. So nothing is copied when beams are reordered. The cache owns its tensors; close it.
 */
public final class DecoderCache implements AutoCloseable {
    private static final long FIRST_CAPACITY = 64;

    /** Keys and values {@code (b, h, s, d)} of the encoder's output in one layer. */
    record Cross(Tensor keys, Tensor values) {}

    private final int beams;
    private final BeamPaths paths;
    private final List<Cross> cross;
    private final List<Tensor> selfKeys = new ArrayList<>(); // (b, capacity · beams, h, d), positions outermost
    private final List<Tensor> selfValues = new ArrayList<>();
    private long samples;
    private long length;
    private TensorOptional mask;

    /** A cache that takes over {@code cross}, whose tensors belong to no scope. */
    DecoderCache(List<Cross> cross, TensorOptional mask, long samples, int beams) {
        this.cross = new ArrayList<>(cross);
        this.mask = mask.has_value() ? own(new TensorOptional(mask.get())) : own(new TensorOptional());
        this.samples = samples;
        this.beams = beams;
        this.paths = new BeamPaths(Math.toIntExact(samples), beams);
    }

    /** Positions held so far: the position of the next token. */
    public long length() {
        return length;
    }

    /** Samples still decoding. */
    public long samples() {
        return samples;
    }

    /** Hypotheses per sample. */
    public int beams() {
        return beams;
    }

    TensorOptional mask() {
        return mask;
    }

    Cross cross(int layer) {
        return cross.get(layer);
    }

    /** The keys {@code (b, h, positions · beams, d)} of a layer, the newest included. */
    Tensor selfKeys(int layer) {
        return written(selfKeys.get(layer));
    }

    /** The values {@code (b, h, positions · beams, d)} of a layer, the newest included. */
    Tensor selfValues(int layer) {
        return written(selfValues.get(layer));
    }

    private Tensor written(Tensor buffer) {
        return buffer.narrow(1, 0, (length + 1) * beams).transpose(1, 2);
    }

    /** Opens the next position; the mask {@code (b, 1, beams, positions · beams)} of its self-attention, or empty. */
    TensorOptional open() {
        paths.extend();
        return beams == 1
                ? new TensorOptional()
                : new TensorOptional(
                        Tensors.ofFloats(device(), paths.mask()).view(samples, 1, beams, (length + 1) * beams));
    }

    /** Writes the newest position's keys and values {@code (b, h, beams, d)} of a layer. */
    void append(int layer, Tensor keys, Tensor values) {
        if (layer == selfKeys.size()) {
            selfKeys.add(own(buffer(keys)));
            selfValues.add(own(buffer(values)));
        }
        if (length * beams == selfKeys.get(layer).size(1)) {
            grow(selfKeys, layer);
            grow(selfValues, layer);
        }
        selfKeys.get(layer).narrow(1, length * beams, beams).copy_(keys.transpose(1, 2));
        selfValues.get(layer).narrow(1, length * beams, beams).copy_(values.transpose(1, 2));
    }

    void advance() {
        length++;
    }

    /**
     * Keeps the hypotheses named by {@code rows}, in that order: a reordering of beams, without those of samples that
     * have left.
     *
     * @param keptSamples the samples that stay, ascending; {@code rows} names {@link #beams()} rows of each
     */
    public void select(long[] rows, long[] keptSamples) {
        paths.select(rows);
        if (keptSamples.length == samples) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor index = Tensors.ofLongs(device(), keptSamples);
            UnaryOperator<Tensor> kept = tensor -> replace(tensor, index_select(tensor, 0, index));
            cross.replaceAll(layer -> new Cross(kept.apply(layer.keys()), kept.apply(layer.values())));
            selfKeys.replaceAll(kept);
            selfValues.replaceAll(kept);
            if (mask.has_value()) {
                TensorOptional old = mask;
                mask = own(new TensorOptional(index_select(old.get(), 0, index)));
                disown(old);
            }
            samples = keptSamples.length;
        }
    }

    private Device device() {
        return cross.get(0).keys().device();
    }

    private void grow(List<Tensor> buffers, int layer) {
        Tensor old = buffers.get(layer);
        long rows = old.size(1);
        Tensor fresh = empty(
                new long[] {samples, 2 * rows, old.size(2), old.size(3)}, old.options(), new MemoryFormatOptional());
        fresh.narrow(1, 0, rows).copy_(old);
        buffers.set(layer, replace(old, fresh));
    }

    private Tensor buffer(Tensor like) {
        return empty(
                new long[] {samples, FIRST_CAPACITY * beams, like.size(1), like.size(3)},
                like.options(),
                new MemoryFormatOptional());
    }

    private static Tensor replace(Tensor old, Tensor fresh) {
        disown(old);
        return own(fresh);
    }

    /** Keeps a pointer alive beyond the scope in which it was made. */
    private static <P extends Pointer> P own(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    private static void disown(Pointer pointer) {
        pointer.releaseReference();
    }

    @Override
    public void close() {
        cross.forEach(c -> {
            disown(c.keys());
            disown(c.values());
        });
        cross.clear();
        selfKeys.forEach(DecoderCache::disown);
        selfKeys.clear();
        selfValues.forEach(DecoderCache::disown);
        selfValues.clear();
        disown(mask);
    }
}
