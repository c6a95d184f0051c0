package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.index_select;

import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
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
 * <p>Rows are hypotheses, samples outermost. The cache owns its tensors; close it.
 */
public final class DecoderCache implements AutoCloseable {
    private static final long FIRST_CAPACITY = 64;

    /** Keys and values {@code (b, h, s, d)} of the encoder's output in one layer. */
    record Cross(Tensor keys, Tensor values) {}

    private final int beams;
    private long samples;
    private long length;
    private final List<Cross> cross;
    private final List<Tensor> selfKeys = new ArrayList<>(); // (r, h, capacity, d)
    private final List<Tensor> selfValues = new ArrayList<>();
    private TensorOptional mask;

    /** A cache that takes over {@code cross}, whose tensors belong to no scope. */
    DecoderCache(List<Cross> cross, TensorOptional mask, long samples, int beams) {
        this.cross = new ArrayList<>(cross);
        this.mask = mask.has_value() ? own(new TensorOptional(mask.get())) : own(new TensorOptional());
        this.samples = samples;
        this.beams = beams;
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

    Tensor selfKeys(int layer) {
        return selfKeys.get(layer).narrow(2, 0, length + 1);
    }

    Tensor selfValues(int layer) {
        return selfValues.get(layer).narrow(2, 0, length + 1);
    }

    /** Writes the newest position's keys and values {@code (r, h, 1, d)} of a layer. */
    void append(int layer, Tensor keys, Tensor values) {
        if (layer == selfKeys.size()) {
            selfKeys.add(own(buffer(keys, FIRST_CAPACITY)));
            selfValues.add(own(buffer(values, FIRST_CAPACITY)));
        }
        if (length == selfKeys.get(layer).size(2)) {
            grow(selfKeys, layer);
            grow(selfValues, layer);
        }
        selfKeys.get(layer).narrow(2, length, 1).copy_(keys);
        selfValues.get(layer).narrow(2, length, 1).copy_(values);
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
        try (PointerScope scope = new PointerScope()) {
            if (!isIdentity(rows, samples * beams)) {
                Tensor index = Tensors.ofLongs(device(), rows);
                for (int layer = 0; layer < selfKeys.size(); layer++) {
                    selfKeys.set(layer, reordered(selfKeys.get(layer), index));
                    selfValues.set(layer, reordered(selfValues.get(layer), index));
                }
            }
            if (keptSamples.length != samples) {
                keepSamples(Tensors.ofLongs(device(), keptSamples));
                samples = keptSamples.length;
            }
        }
    }

    private Device device() {
        return cross.get(0).keys().device();
    }

    private void keepSamples(Tensor index) {
        for (int layer = 0; layer < cross.size(); layer++) {
            Cross old = cross.get(layer);
            cross.set(
                    layer,
                    new Cross(own(index_select(old.keys(), 0, index)), own(index_select(old.values(), 0, index))));
            disown(old.keys());
            disown(old.values());
        }
        if (mask.has_value()) {
            TensorOptional old = mask;
            mask = own(new TensorOptional(index_select(old.get(), 0, index)));
            disown(old);
        }
    }

    private Tensor reordered(Tensor buffer, Tensor index) {
        Tensor fresh = own(buffer(index.size(0), buffer, buffer.size(2)));
        fresh.narrow(2, 0, length).copy_(index_select(buffer.narrow(2, 0, length), 0, index));
        disown(buffer);
        return fresh;
    }

    private void grow(List<Tensor> buffers, int layer) {
        Tensor old = buffers.get(layer);
        Tensor fresh = own(buffer(old.size(0), old, 2 * old.size(2)));
        fresh.narrow(2, 0, length).copy_(old.narrow(2, 0, length));
        buffers.set(layer, fresh);
        disown(old);
    }

    private static Tensor buffer(Tensor like, long capacity) {
        return buffer(like.size(0), like, capacity);
    }

    private static Tensor buffer(long rows, Tensor like, long capacity) {
        return empty(
                new long[] {rows, like.size(1), capacity, like.size(3)}, like.options(), new MemoryFormatOptional());
    }

    private static boolean isIdentity(long[] rows, long count) {
        if (rows.length != count) {
            return false;
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] != i) {
                return false;
            }
        }
        return true;
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
