package io.github.florence4j.data;

import io.github.florence4j.synth.Level;
import io.github.florence4j.synth.PageGenerator;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Strength;
import io.github.florence4j.synth.type.FontFamily;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The numbered pages that a line such as {@code synth:page?size=256&effects=light} names. Each is drawn when it is asked
 * for: any number of them costs nothing but the time to draw. Safe for concurrent callers.
 */
public final class SynthPages {
    private final PageGenerator generator;
    private final Level level;
    private final long count;
    private final long seed;
    private final int width;
    private final int height;

    private SynthPages(SourceSpec spec) {
        Map<String, String> options = spec.options();
        this.level = constant(Level.class, "level", spec.path());
        this.count = number(options, "count", 1_000_000, 1);
        this.seed = number(options, "seed", 1, 0);
        int[] size = size(options.getOrDefault("size", "256"));
        this.width = size[0];
        this.height = size[1];
        this.generator = new PageGenerator(settings(options));
    }

    /**
     * The pages of a line: the path is the level; {@code size} a side or {@code WIDTHxHEIGHT} in pixels; {@code split},
     * {@code fonts}, {@code kinds}, {@code effects}, {@code x-height}, {@code colour} and {@code scrambled} as in {@link
     * PageSettings}; {@code seed}; {@code count} pages.
     *
     * @throws IllegalArgumentException if an option is none
     */
    public static SynthPages of(SourceSpec spec) {
        return new SynthPages(spec);
    }

    /** How many there are. */
    public long count() {
        return count;
    }

    /** The width of all pages in pixels. */
    public int width() {
        return width;
    }

    /** The height of all pages in pixels. */
    public int height() {
        return height;
    }

    /** Draws a page. */
    public Page page(long index) {
        return generator.page(random(index).bits(), level, width, height);
    }

    /** Random numbers for what else is to be drawn for a page. */
    Rng random(long index) {
        return Rng.of(seed, index);
    }

    private static PageSettings settings(Map<String, String> options) {
        PageSettings settings = PageSettings.DEFAULT
                .withSplit(constant(Split.class, "split", options.getOrDefault("split", "train")))
                .withMinXHeight(Double.parseDouble(options.getOrDefault("x-height", "8")))
                .withColour(truth(options, "colour"));
        if (options.containsKey("scrambled")) {
            settings = settings.withScrambled(Double.parseDouble(options.get("scrambled")));
        }
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

    private static boolean truth(Map<String, String> options, String key) {
        return switch (options.getOrDefault(key, "false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + "=" + options.get(key) + "; expected true or false");
        };
    }

    private static int[] size(String text) {
        try {
            int[] sides = Arrays.stream(text.split("x", 2))
                    .mapToInt(Integer::parseInt)
                    .toArray();
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

    static <E extends Enum<E>> E constant(Class<E> type, String key, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(text.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown " + key + " '" + text + "' of synthetic pages;"
                        + " expected "
                        + Arrays.stream(type.getEnumConstants())
                                .sorted(Comparator.naturalOrder())
                                .map(constant ->
                                        constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .collect(Collectors.joining(", "))));
    }
}
