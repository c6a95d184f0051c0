package io.github.florence4j.data;

import io.github.florence4j.data.EntryOrder.Placed;
import io.github.florence4j.data.SampleEncoder.Encoded;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which samples make which batch, from their words alone; no image is decoded. It goes through the epoch's order in
 * windows: a window's usable samples, after those carried over from earlier windows, are cut into full batches, and what is
 * left is carried on. For one thread.
 */
final class BatchPlanner {
    /**
     * Samples of one batch; none of them when only rejections remain at the end of the epoch.
     *
     * @param rejected what was rejected since the batch before
     * @param after the position behind the batch
     */
    record Plan(List<Encoded> samples, List<RejectedSample> rejected, LoaderPosition after) {}

    private record Usable(Placed placed, Encoded encoded) {}

    private final EntryOrder order;
    private final SampleEncoder encoder;
    private final LoaderOptions options;
    private final Pass pass;
    private final Deque<Plan> ready = new ArrayDeque<>();
    private final List<RejectedSample> rejected = new ArrayList<>();
    private List<Usable> carried;
    private long window;
    private int alreadyDelivered;
    private boolean ended;

    BatchPlanner(EntryOrder order, SampleEncoder encoder, LoaderOptions options, LoaderPosition start)
            throws IOException {
        this.order = order;
        this.encoder = encoder;
        this.options = options;
        this.pass = new Pass(options.seed(), start.epoch());
        this.window = start.window();
        this.alreadyDelivered = start.delivered();
        this.carried = usable(order.at(start.carried()));
    }

    /** The next batch, or null at the end of the epoch. */
    @Nullable
    Plan next() throws IOException {
        while (ready.isEmpty() && !ended) {
            planWindow();
        }
        return ready.poll();
    }

    private void planWindow() throws IOException {
        LoaderPosition start = new LoaderPosition(
                pass.epoch(),
                window,
                carried.stream().map(u -> u.placed().place()).toList(),
                0);
        List<Placed> records = order.read(window, options.window());
        ended = records.size() < options.window();
        List<Usable> usable = new ArrayList<>(carried);
        usable.addAll(usable(records));
        int taken = ended && !options.dropLast()
                ? usable.size()
                : usable.size() / options.batchSize() * options.batchSize();
        List<List<Usable>> batches = batches(usable.subList(0, taken));
        for (int i = 0; i < batches.size(); i++) {
            if (i >= alreadyDelivered) {
                add(batches.get(i), new LoaderPosition(pass.epoch(), window, start.carried(), i + 1));
            } else {
                rejected.clear();
            }
        }
        alreadyDelivered = 0;
        carried = List.copyOf(usable.subList(taken, usable.size()));
        window += records.size();
        if (ended && !rejected.isEmpty()) {
            add(List.of(), LoaderPosition.start(pass.epoch() + 1));
        }
    }

    private void add(List<Usable> batch, LoaderPosition after) {
        ready.add(new Plan(batch.stream().map(Usable::encoded).toList(), List.copyOf(rejected), after));
        rejected.clear();
    }

    private List<Usable> usable(List<Placed> records) {
        List<Usable> usable = new ArrayList<>(records.size());
        for (Placed placed : records) {
            if (placed.entry() instanceof Sample sample) {
                try {
                    usable.add(new Usable(placed, encoder.encode(sample, pass, placed.index())));
                } catch (SampleEncoder.Rejected e) {
                    rejected.add(new RejectedSample(sample.id(), e.reason()));
                }
            } else {
                rejected.add((RejectedSample) placed.entry());
            }
        }
        return usable;
    }

    /** Full batches, and at the end of the epoch a smaller one; bucketed ones are in a drawn order if the data is. */
    private List<List<Usable>> batches(List<Usable> usable) {
        List<Usable> sorted = new ArrayList<>(usable);
        if (options.bucketWindow() > 0) {
            sorted.sort(Comparator.comparingInt(u -> u.encoded().length()));
        }
        List<List<Usable>> batches = new ArrayList<>();
        for (int from = 0; from < sorted.size(); from += options.batchSize()) {
            batches.add(sorted.subList(from, Math.min(sorted.size(), from + options.batchSize())));
        }
        if (options.bucketWindow() == 0 || !options.shuffle()) {
            return batches;
        }
        Permutation drawn = new Permutation(batches.size(), pass.key(~window));
        List<List<Usable>> shuffled = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            shuffled.add(batches.get((int) drawn.at(i)));
        }
        return shuffled;
    }
}
