package io.github.florence4j.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Several sources read as one, each with its share of the samples. The shares of an epoch are exact, not drawn; which place
 * in the epoch belongs to which source is drawn from seed and epoch.
 *
 * <p>Each source is read in its own seeded order, and goes on in the next epoch where it stopped. A source that is read
 * through starts again in another order; {@link Exhausted#END} makes epochs so short that this cannot happen within one.
 */
public final class MixtureSource implements IndexedSource {
    /** What ends an epoch. */
    public enum Exhausted {
        /** An epoch has as many samples as all sources together; small sources with large weights repeat. */
        RESTART,
        /** An epoch ends when the first source would have to repeat. */
        END
    }

    /**
     * A source and its weight.
     *
     * @param source where samples come from
     * @param weight the share of the samples, relative to the other weights, above 0
     */
    public record Part(IndexedSource source, double weight) {
        /** Checks weight and size. */
        public Part {
            if (!(weight > 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException(
                        "the weight of " + source.name() + " must be a positive number, not " + weight);
            }
            if (source.count() == 0) {
                throw new IllegalArgumentException(source.name() + " is empty and cannot be part of a mixture");
            }
        }
    }

    private final String name;
    private final List<Part> parts;
    private final long[] starts;

    /** A mixture with epochs as {@code exhausted} says. */
    public MixtureSource(String name, List<Part> parts, Exhausted exhausted) {
        this(name, parts, naturalLength(parts, exhausted));
    }

    /** A mixture with epochs of {@code length} samples. */
    public MixtureSource(String name, List<Part> parts, long length) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("the mixture " + name + " has no sources");
        }
        if (length < 1) {
            throw new IllegalArgumentException("the mixture " + name + " must have at least 1 sample, not " + length);
        }
        this.name = name;
        this.parts = List.copyOf(parts);
        this.starts = starts(shares(parts, length));
    }

    private static long naturalLength(List<Part> parts, Exhausted exhausted) {
        if (exhausted == Exhausted.RESTART) {
            return parts.stream().mapToLong(part -> part.source().count()).sum();
        }
        double total = parts.stream().mapToDouble(Part::weight).sum();
        return (long) parts.stream()
                .mapToDouble(part -> Math.floor(part.source().count() * total / part.weight()))
                .min()
                .orElse(0);
    }

    /** Whole numbers of the shares: rounded down, and the rest given to the largest remainders. */
    private static long[] shares(List<Part> parts, long length) {
        double total = parts.stream().mapToDouble(Part::weight).sum();
        double[] exact = parts.stream()
                .mapToDouble(part -> part.weight() / total * length)
                .toArray();
        long[] shares = new long[exact.length];
        long left = length;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (long) exact[i];
            left -= shares[i];
        }
        int[] byRemainder = IntStream.range(0, shares.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> (long) exact[i] - exact[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int i = 0; left > 0; i++, left--) {
            shares[byRemainder[i % byRemainder.length]]++;
        }
        return shares;
    }

    private static long[] starts(long[] shares) {
        long[] starts = new long[shares.length + 1];
        for (int i = 0; i < shares.length; i++) {
            starts[i + 1] = starts[i] + shares[i];
        }
        return starts;
    }

    /** The sources and their weights. */
    public List<Part> parts() {
        return parts;
    }

    /** How many samples of an epoch come from each source, in the order of {@link #parts}. */
    public long[] shares() {
        long[] shares = new long[parts.size()];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = starts[i + 1] - starts[i];
        }
        return shares;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return starts[parts.size()];
    }

    @Override
    public List<Entry> read(Pass pass, long... indices) throws IOException {
        Permutation places = new Permutation(count(), pass.key(-1));
        Map<Round, List<Draw>> draws = new LinkedHashMap<>();
        for (int i = 0; i < indices.length; i++) {
            Draw draw = draw(pass, places.at(indices[i]), i);
            draws.computeIfAbsent(draw.round(), round -> new ArrayList<>()).add(draw);
        }
        Entry[] entries = new Entry[indices.length];
        for (Map.Entry<Round, List<Draw>> draw : draws.entrySet()) {
            read(draw.getKey(), draw.getValue(), entries);
        }
        return List.of(entries);
    }

    private record Round(int part, Pass pass) {}

    private record Draw(Round round, long index, int slot) {}

    private Draw draw(Pass pass, long place, int slot) {
        int part = 0;
        while (place >= starts[part + 1]) {
            part++;
        }
        long size = parts.get(part).source().count();
        long share = starts[part + 1] - starts[part];
        long drawn = Math.addExact(Math.multiplyExact(share, (long) pass.epoch()), place - starts[part]);
        Pass round = new Pass(Pass.mix(pass.seed() + part), Math.toIntExact(drawn / size));
        long index = new Permutation(size, round.key(-1)).at(drawn % size);
        return new Draw(new Round(part, round), index, slot);
    }

    private void read(Round round, List<Draw> draws, Entry[] entries) throws IOException {
        IndexedSource source = parts.get(round.part()).source();
        long[] indices = draws.stream().mapToLong(Draw::index).toArray();
        List<Entry> read = source.read(round.pass(), indices);
        for (int i = 0; i < indices.length; i++) {
            entries[draws.get(i).slot()] = named(source.name(), read.get(i));
        }
    }

    private static Entry named(String source, Entry entry) {
        String id = source + "/" + entry.id();
        return entry instanceof Sample sample
                ? sample.withId(id)
                : new RejectedSample(id, ((RejectedSample) entry).reason());
    }

    @Override
    public void close() {
        parts.forEach(part -> part.source().close());
    }
}
