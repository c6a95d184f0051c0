package io.github.florence4j.data;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.dataset.ReadingTask;
import io.github.florence4j.synth.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Synthetic pages, drawn while they are read and kept nowhere: each with one reading task that is drawn for it, or with
 * several, {@code per-page}, whose records follow each other. Only regions are asked for more than once on a page.
 */
final class SynthSource implements IndexedSource {
    private static final int WEIGHTS_TOTAL = 1 << 20;

    private final String name;
    private final SynthPages pages;
    private final TreeMap<Integer, ReadingTask> tasks;
    private final int perPage;
    private final AtomicReference<@Nullable Drawn> latest = new AtomicReference<>();

    /** A page with the tasks of its samples. */
    private record Drawn(long number, Page page, ImageRef image, List<ReadingTask> tasks) {}

    private SynthSource(SourceSpec spec) {
        this.name = spec.toString();
        this.pages = SynthPages.of(spec);
        this.tasks = tasks(spec.options().getOrDefault("tasks", "ocr"));
        this.perPage = Integer.parseInt(spec.options().getOrDefault("per-page", "1"));
        if (perPage < 1) {
            throw new IllegalArgumentException("per-page=" + perPage + "; expected 1 or more");
        }
    }

    /**
     * The source of a line such as {@code synth:page?size=256&tasks=ocr:2,layout:1}.
     *
     * @throws IllegalArgumentException if level or options are none
     */
    static SynthSource open(SourceSpec spec) {
        return new SynthSource(spec);
    }

    /** Tasks by the upper end of their share of {@link #WEIGHTS_TOTAL}. */
    private static TreeMap<Integer, ReadingTask> tasks(String text) {
        List<ReadingTask> named = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (String item : text.split(",")) {
            String[] parts = item.split(":", 2);
            named.add(SynthPages.constant(ReadingTask.class, "tasks", parts[0]));
            double weight = parts.length == 1 ? 1 : Double.parseDouble(parts[1]);
            if (!(weight > 0 && Double.isFinite(weight))) {
                throw new IllegalArgumentException("tasks=" + text + "; expected weights above 0");
            }
            weights.add(weight);
        }
        double total = weights.stream().mapToDouble(Double::doubleValue).sum();
        TreeMap<Integer, ReadingTask> tasks = new TreeMap<>();
        double sum = 0;
        for (int i = 0; i < named.size(); i++) {
            sum += weights.get(i);
            tasks.put((int) Math.round(WEIGHTS_TOTAL * sum / total), named.get(i));
        }
        return tasks;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return pages.count() * perPage;
    }

    /** What is drawn depends on the seed of the source and the index alone: another pass shows the same pages. */
    @Override
    public List<Entry> read(Pass pass, long... indices) {
        List<Entry> entries = new ArrayList<>(indices.length);
        for (long index : indices) {
            entries.add(sample(index));
        }
        return entries;
    }

    private Sample sample(long index) {
        Drawn drawn = drawn(index / perPage);
        ReadingTask task = drawn.tasks.get((int) (index % perPage));
        ReadingTask.Example example =
                task.examples(drawn.page, pages.random(~index)).get(0);
        return new Sample(
                name + "#" + index,
                drawn.image,
                example.prefix(),
                List.of(example.suffix()),
                List.of(task.name().toLowerCase(Locale.ROOT)));
    }

    /** A page; the latest is kept for its other samples. */
    private Drawn drawn(long number) {
        Drawn kept = latest.get();
        if (kept != null && kept.number == number) {
            return kept;
        }
        Page page = pages.page(number);
        Rng rng = pages.random(Long.MIN_VALUE + number);
        List<ReadingTask> drawn = new ArrayList<>();
        while (drawn.size() < perPage) {
            ReadingTask task =
                    tasks.higherEntry(rng.between(0, WEIGHTS_TOTAL - 1)).getValue();
            boolean again = drawn.contains(task) && task != ReadingTask.REGION_TO_OCR;
            boolean othersLeft = tasks.containsValue(ReadingTask.REGION_TO_OCR)
                    || !Set.copyOf(drawn).containsAll(tasks.values());
            if (!again || !othersLeft) {
                drawn.add(task);
            }
        }
        Drawn all = new Drawn(
                number, page, ImageRef.ofImage(page.raster().toRgbImage(), name + "#" + number), List.copyOf(drawn));
        latest.set(all);
        return all;
    }
}
