package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.index_select;

import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of one decoding: those of the target grow by a position a step, those of the encoder are computed once and
 * shared by all beams of a sample (specification 3.5). Samples come and go between steps, so each has a length of its own.
 *
 * <p>The beams of a sample are queries of one attention over what all of them have written; a mask keeps each to its own
 * past. So nothing is copied when beams are reordered. The cache owns its tensors; close it.
 */
public final class DecoderCache implements AutoCloseable {
    private static final long FIRST_CAPACITY = 64;

    /** Keys and values {@code (b, h, s, d)} of the encoder's output in one layer; the keys {@code (b, h, d, s)} where {@link RowSums} take them. */
    record Cross(Tensor keys, Tensor values) {}

    private final int beams;
    private final boolean summed;
    private final BeamPaths paths;
    private final List<Cross> cross;
    private final List<Tensor> selfKeys = new ArrayList<>(); // (b, capacity · beams, h, d), positions outermost
    private final List<Tensor> selfValues = new ArrayList<>();
    private long capacity = FIRST_CAPACITY;
    private long samples;
    private TensorOptional mask;
    private long[] written = {}; // where the newest keys lie in (b · capacity · beams, h, d)

    private @Nullable RowSums scoring; // of the encoder's keys, made when first wanted
    private @Nullable RowSums weighing; // of its values

    /**
     * A cache that takes over {@code cross}, whose tensors belong to no scope.
     *
     * @param summed whether its keys are {@code (b, h, d, s)}
     */
    DecoderCache(List<Cross> cross, TensorOptional mask, long samples, int beams, boolean summed) {
        this.cross = new ArrayList<>(cross);
        this.mask = mask.has_value() ? own(new TensorOptional(mask.get())) : own(new TensorOptional());
        this.samples = samples;
        this.beams = beams;
        this.summed = summed;
        this.paths = new BeamPaths(Math.toIntExact(samples), beams);
    }

    /** For each hypothesis the positions held so far: the position of its next token. */
    public long[] lengths() {
        return paths.lengths();
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

    /** Keys and values of the encoder's output in a layer, both {@code (b, h, s, d)}. */
    Cross cross(int layer) {
        Cross kept = cross.get(layer);
        return summed ? new Cross(kept.keys().transpose(2, 3), kept.values()) : kept;
    }

    /** The keys {@code (b, h, positions · beams, d)} of a layer, the newest included. */
    Tensor selfKeys(int layer) {
        return known(selfKeys.get(layer));
    }

    /** The values {@code (b, h, positions · beams, d)} of a layer, the newest included. */
    Tensor selfValues(int layer) {
        return known(selfValues.get(layer));
    }

    private Tensor known(Tensor buffer) {
        return buffer.narrow(1, 0, positions()).transpose(1, 2);
    }

    /**
     * Opens the next position of every hypothesis.
     *
     * @return the mask {@code (b, 1, beams, positions · beams)} of its self-attention, or empty where all is to be seen
     */
    TensorOptional open() {
        paths.extend();
        long longest = paths.longest();
        if (longest > capacity) {
            capacity *= 2;
            selfKeys.replaceAll(this::grown);
            selfValues.replaceAll(this::grown);
        }
        written = new long[Math.toIntExact(samples) * beams];
        boolean equal = true;
        for (int sample = 0; sample < samples; sample++) {
            equal &= paths.length(sample) == longest;
            for (int beam = 0; beam < beams; beam++) {
                written[sample * beams + beam] = (sample * capacity + paths.length(sample) - 1) * beams + beam;
            }
        }
        return equal && beams == 1
                ? new TensorOptional()
                : new TensorOptional(Tensors.ofFloats(device(), paths.mask()).view(samples, 1, beams, longest * beams));
    }

    /** Makes room for keys and values of the type and device of {@code like} in so many layers, where there is none yet. */
    void reserve(int layers, Tensor like) {
        Tensor values = cross.get(0).values();
        while (selfKeys.size() < layers) {
            selfKeys.add(own(like.new_zeros(samples, capacity * beams, values.size(1), values.size(3))));
            selfValues.add(own(like.new_zeros(samples, capacity * beams, values.size(1), values.size(3))));
        }
    }

    /** The keys of each layer {@code (b, capacity · beams, h, d)}, positions outermost. */
    List<Tensor> selfKeys() {
        return selfKeys;
    }

    /** The values of each layer {@code (b, capacity · beams, h, d)}, positions outermost. */
    List<Tensor> selfValues() {
        return selfValues;
    }

    /** The encoder's keys in each layer, as they are kept. */
    List<Tensor> crossKeys() {
        return cross.stream().map(Cross::keys).toList();
    }

    /** The encoder's values in each layer {@code (b, h, s, d)}. */
    List<Tensor> crossValues() {
        return cross.stream().map(Cross::values).toList();
    }

    /** The sums over the encoder's keys {@code (b, h, d, s)} that are the scores of the beams. */
    RowSums scoring() {
        if (scoring == null) {
            scoring = sums(cross.get(0).keys());
        }
        return scoring;
    }

    /** The sums over the encoder's values {@code (b, h, s, d)} that the beams attend to. */
    RowSums weighing() {
        if (weighing == null) {
            weighing = sums(cross.get(0).values());
        }
        return weighing;
    }

    private RowSums sums(Tensor table) {
        return new RowSums(device(), samples, Math.toIntExact(table.size(1)), beams, table.size(2));
    }

    /** When samples came or went. */
    private void closeSums() {
        Stream.of(scoring, weighing).filter(Objects::nonNull).forEach(RowSums::close);
        scoring = null;
        weighing = null;
    }

    /** How many of a layer's keys are held, the newest included. */
    long positions() {
        return (long) paths.longest() * beams;
    }

    /** Where the newest keys of the hypotheses {@code (r)} lie in {@code (b · capacity · beams)}. */
    Tensor written() {
        return Tensors.ofLongs(device(), written);
    }

    /** Writes the newest position's keys and values {@code (b, h, beams, d)} of a layer. */
    void append(int layer, Tensor keys, Tensor values) {
        if (layer == selfKeys.size()) {
            selfKeys.add(own(empty(keys)));
            selfValues.add(own(empty(values)));
        }
        Tensor index = written();
        write(selfKeys.get(layer), index, keys);
        write(selfValues.get(layer), index, values);
    }

    private static void write(Tensor buffer, Tensor index, Tensor newest) {
        buffer.flatten(0, 1).index_copy_(0, index, newest.transpose(1, 2).flatten(0, 1)); // (r, h, d)
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
                replaceMask(new TensorOptional(index_select(mask.get(), 0, index)));
            }
            samples = keptSamples.length;
            closeSums();
        }
    }

    /** Adds copies of the samples of caches of as many beams with which no step was taken; they come last, in order. */
    public void join(List<DecoderCache> fresh) {
        List<DecoderCache> all = Stream.concat(Stream.of(this), fresh.stream()).toList();
        long longest = all.stream().mapToLong(DecoderCache::encoded).max().orElseThrow();
        int along = summed ? 3 : 2; // the positions in keys
        long more = fresh.stream().mapToLong(DecoderCache::samples).sum();
        try (PointerScope scope = new PointerScope()) {
            if (all.stream().anyMatch(one -> one.mask.has_value() || one.encoded() != longest)) {
                replaceMask(new TensorOptional(joined(all, one -> one.mask(longest)))); // (b, 1, 1, s)
            }
            for (int i = 0; i < cross.size(); i++) {
                int layer = i;
                Tensor keys = joined(all, one -> padded(one.cross.get(layer).keys(), along, longest));
                Tensor values = joined(all, one -> padded(one.cross.get(layer).values(), 2, longest));
                Cross old = cross.get(layer);
                cross.set(layer, new Cross(replace(old.keys(), keys), replace(old.values(), values)));
            }
            selfKeys.replaceAll(keys -> replace(keys, withRoom(keys, more)));
            selfValues.replaceAll(values -> replace(values, withRoom(values, more)));
            paths.join(Math.toIntExact(more));
            samples += more;
            closeSums();
        }
    }

    /** Positions of the encoder. */
    private long encoded() {
        return cross.get(0).values().size(2);
    }

    private static Tensor joined(List<DecoderCache> all, Function<DecoderCache, Tensor> part) {
        TensorVector parts = new TensorVector();
        all.forEach(one -> parts.push_back(part.apply(one)));
        return cat(parts, 0);
    }

    /** With zeros at the end of a dimension. */
    private static Tensor padded(Tensor tensor, int dimension, long length) {
        long[] more = tensor.shape();
        more[dimension] = length - more[dimension];
        return more[dimension] == 0 ? tensor : cat(new TensorVector(tensor, tensor.new_zeros(more)), dimension);
    }

    private static Tensor withRoom(Tensor buffer, long more) {
        return cat(new TensorVector(buffer, buffer.new_zeros(more, buffer.size(1), buffer.size(2), buffer.size(3))), 0);
    }

    /** The mask {@code (b, 1, 1, length)} of the encoder's positions, which hides what is beyond the own ones. */
    private Tensor mask(long length) {
        Tensor own = mask.has_value()
                ? mask.get()
                : Tensors.ofFloats(device(), new float[Math.toIntExact(samples * encoded())])
                        .view(samples, 1, 1, encoded());
        long more = length - own.size(3);
        if (more == 0) {
            return own;
        }
        Tensor hidden = own.new_zeros(samples, 1, 1, more).fill_(new Scalar(Double.NEGATIVE_INFINITY));
        return cat(new TensorVector(own, hidden), 3);
    }

    private Device device() {
        return cross.get(0).keys().device();
    }

    private Tensor grown(Tensor old) {
        try (PointerScope scope = new PointerScope()) {
            Tensor fresh = old.new_zeros(samples, capacity * beams, old.size(2), old.size(3));
            fresh.narrow(1, 0, old.size(1)).copy_(old);
            return replace(old, fresh);
        }
    }

    /** Zeros, not whatever lies in memory: what a mask hides is still multiplied, by nought. */
    private Tensor empty(Tensor like) {
        return like.new_zeros(samples, capacity * beams, like.size(1), like.size(3));
    }

    private void replaceMask(TensorOptional fresh) {
        disown(mask);
        mask = own(fresh);
    }

    private static Tensor replace(Tensor old, Tensor fresh) {
        own(fresh);
        disown(old);
        return fresh;
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
        closeSums();
    }
}
