package io.github.florence4j.data;

import io.github.florence4j.synth.Level;
import io.github.florence4j.synth.PageGenerator;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.dataset.ReadingTask;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Strength;
import io.github.florence4j.synth.type.FontFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Synthetic pages, drawn while they are read and kept nowhere: record {@code i} is the page of seed {@code i}, with one
 * reading task that is drawn for it. Any number of records costs nothing but the time to draw them.
 */
final class SynthSource implements IndexedSource {
    private static final int WEIGHTS_TOTAL = 1 << 20;

    private final String name;
    private final PageGenerator generator;
    private final Level level;
    private final long count;
    private final long seed;
    private final int width;
    private final int height;
    private final TreeMap<Integer, ReadingTask> tasks;

    private SynthSource(SourceSpec spec) {
        Map<String, String> options = spec.options();
        this.name = spec.toString();
        this.level = constant(Level.class, "level", spec.path());
        this.count = number(options, "count", 1_000_000, 1);
        this.seed = number(options, "seed", 1, 0);
        int[] size = size(options.getOrDefault("size", "256"));
        this.width = size[0];
        this.height = size[1];
        this.tasks = tasks(options.getOrDefault("tasks", "ocr"));
        this.generator = new PageGenerator(settings(options));
    }

    /**
     * The source of a line such as {@code synth:page?size=256&tasks=ocr:2,layout:1}.
     *
     * @throws IllegalArgumentException if level or options are none
     */
    static SynthSource open(SourceSpec spec) {
        return new SynthSource(spec);
    }

    private static PageSettings settings(Map<String, String> options) {
        PageSettings settings = PageSettings.DEFAULT
                .withSplit(constant(Split.class, "split", options.getOrDefault("split", "train")))
                .withMinXHeight(Double.parseDouble(options.getOrDefault("x-height", "8")));
        if (options.containsKey("fonts")) {
            settings = settings.withFamilies(constants(FontFamily.class, "fonts", options.get("fonts")));
        }
        if (options.containsKey("kinds")) {
            settings = settings.withKinds(constants(DocumentKind.class, "kinds", options.get("kinds")));
        }
        if (options.containsKey("effects")) {
            settings = settings.withEffects(Effects.all(constant(Strength.class, "effects", options.get("effects"))));
        }
        return settings;
    }

    /** Tasks by the upper end of their share of {@link #WEIGHTS_TOTAL}. */
    private static TreeMap<Integer, ReadingTask> tasks(String text) {
        List<ReadingTask> named = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (String item : text.split(",")) {
            String[] parts = item.split(":", 2);
            named.add(constant(ReadingTask.class, "tasks", parts[0]));
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

    private static int[] size(String text) {
        try {
            int[] sides = Arrays.stream(text.split("x", 2)).mapToInt(Integer::parseInt).toArray();
            return sides.length == 1 ? new int[] {sides[0], sides[0]} : sides;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("size=" + text + " is no size; expected a side or WIDTHxHEIGHT", e);
        }
    }

    private static long number(Map<String, String> options, String key, long standard, long least) {
        String text = options.getOrDefault(key, String.valueOf(standard));
        try {
            long value = Long.parseLong(text);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + "=" + text + " is no whole number", e);
        }
        throw new IllegalArgumentException(key + "=" + text + " is too small; expected " + least + " or more");
    }

    private static <E extends Enum<E>> Set<E> constants(Class<E> type, String key, String text) {
        return Arrays.stream(text.split(","))
                .map(item -> constant(type, key, item))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(type)));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String key, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(text.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown " + key + " '" + text + "' of synthetic pages;"
                        + " expected " + Arrays.stream(type.getEnumConstants())
                                .sorted(Comparator.naturalOrder())
                                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .collect(Collectors.joining(", "))));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return count;
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
        Rng rng = Rng.of(seed, index);
        Page page = generator.page(rng.bits(), level, width, height);
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
