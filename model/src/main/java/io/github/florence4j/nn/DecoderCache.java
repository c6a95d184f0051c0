package io.github.florence4j.nn;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.index_select;
import static org.bytedeco.pytorch.global.torch.stack;

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

    /**
     * Keys and values {@code (b, h, s, d)} of the encoder's output in one layer; the keys {@code (b, h, d, s)} where
     * {@link RowSums} take them.
     */
    record Cross(Tensor keys, Tensor values) {}

    private final int beams;
    private final boolean summed;
    private final BeamPaths paths;
    private final List<Cross> cross;
    private final List<Tensor> self =
            new ArrayList<>(); // keys and values (b, capacity · beams, 2, h, d), positions outermost
    private long capacity = FIRST_CAPACITY;
    private long samples;
    private TensorOptional mask;
    private long[] written = {}; // where the newest lie in (b · capacity · beams, 2, h, d)

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
        return known(layer, 0);
    }

    /** The values {@code (b, h, positions · beams, d)} of a layer, the newest included. */
    Tensor selfValues(int layer) {
        return known(layer, 1);
    }

    private Tensor known(int layer, long which) {
        return self.get(layer).select(2, which).narrow(1, 0, positions()).transpose(1, 2);
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
            self.replaceAll(this::grown);
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
        while (self.size() < layers) {
            // Zeros, not whatever lies in memory: what a mask hides is still multiplied, by nought.
            self.add(own(like.new_zeros(samples, capacity * beams, 2, values.size(1), values.size(3))));
        }
    }

    /** The keys and values of each layer {@code (b, capacity · beams, 2, h, d)}, positions outermost. */
    List<Tensor> self() {
        return self;
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
        return new RowSums(device(), samples, table.size(1), beams, table.size(2));
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
        reserve(layer + 1, keys);
        Tensor newest = stack(new TensorVector(keys, values), 3); // (b, h, beams, 2, d)
        self.get(layer)
                .flatten(0, 1)
                .index_copy_(0, written(), newest.permute(0, 2, 3, 1, 4).flatten(0, 1)); // (r, 2, h, d)
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
            self.replaceAll(kept);
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
            self.replaceAll(both -> replace(both, withRoom(both, more)));
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
        long[] room = buffer.shape();
        room[0] = more;
        return cat(new TensorVector(buffer, buffer.new_zeros(room)), 0);
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
            long[] shape = old.shape();
            shape[1] = capacity * beams;
            Tensor fresh = old.new_zeros(shape);
            fresh.narrow(1, 0, old.size(1)).copy_(old);
            return replace(old, fresh);
        }
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
        self.forEach(DecoderCache::disown);
        self.clear();
        disown(mask);
        closeSums();
    }
}
