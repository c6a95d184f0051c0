package io.github.florence4j.data;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.dataset.ReadingTask;
import io.github.florence4j.synth.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Synthetic pages, drawn while they are read and kept nowhere: record {@code i} is page {@code i} with one reading task that
 * is drawn for it.
 */
final class SynthSource implements IndexedSource {
    private static final int WEIGHTS_TOTAL = 1 << 20;

    private final String name;
    private final SynthPages pages;
    private final TreeMap<Integer, ReadingTask> tasks;

    private SynthSource(SourceSpec spec) {
        this.name = spec.toString();
        this.pages = SynthPages.of(spec);
        this.tasks = tasks(spec.options().getOrDefault("tasks", "ocr"));
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
            weights.add(parts.length == 1 ? 1 : Double.parseDouble(parts[1]));
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
        return pages.count();
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
        Page page = pages.page(index);
        Rng rng = pages.random(~index);
        ReadingTask task = tasks.higherEntry(rng.between(0, WEIGHTS_TOTAL - 1)).getValue();
        ReadingTask.Example example = task.examples(page, rng).get(0);
        String id = name + "#" + index;
        return new Sample(
                id,
                ImageRef.ofImage(page.raster().toRgbImage(), id),
                example.prefix(),
                List.of(example.suffix()),
                List.of(task.name().toLowerCase(Locale.ROOT)));
    }
}
