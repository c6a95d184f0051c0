package io.github.florence4j.synth;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.render.Condition;
import io.github.florence4j.synth.render.Drawing;
import io.github.florence4j.synth.render.Run;
import io.github.florence4j.synth.type.Charset;
import io.github.florence4j.synth.type.FontFamily;
import io.github.florence4j.synth.type.TypeSize;
import io.github.florence4j.synth.type.Typeface;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Draws the pages of the levels below whole documents: characters, numbers, words and lines. */
final class Snippets {
    private static final int TRIES = 200;
    private static final int MOST_LINES = 8;
    private static final double LARGEST_X_HEIGHT = 3;
    private static final int EDGE = 1;
    private static final String LETTERS = Charset.VISIBLE
            .chars()
            .filter(Character::isLetterOrDigit)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    private final Rng rng;
    private final PageSettings settings;
    private final Content content;
    private final int width;
    private final int height;
    private final int room;
    private final int ink;

    Snippets(Rng rng, PageSettings settings, Condition condition, int width, int height) {
        this.rng = rng;
        this.settings = settings;
        this.content = new Content(rng, settings.split());
        this.width = width;
        this.height = height;
        this.room = EDGE + condition.turningRoom(width, height);
        int grey = rng.between(0, 70);
        this.ink = grey << 16 | grey << 8 | grey;
    }

    Set<String> contents() {
        return content.used();
    }

    Drawing draw(Level level) {
        for (int i = 0; i < TRIES; i++) {
            List<Run> runs =
                    switch (level) {
                        case GLYPH -> single(this::character, LARGEST_X_HEIGHT);
                        case DIGITS -> single(() -> content.number(rng.between(1, 6)), LARGEST_X_HEIGHT);
                        case WORD -> single(this::word, 2);
                        case LINE -> line();
                        case LINES -> lines();
                        case PAGE ->
                            throw new IllegalArgumentException("documents are composed, not drawn as snippets");
                    };
            if (!runs.isEmpty()) {
                List<PartKind> parts = runs.stream().map(run -> PartKind.TEXT).toList();
                return new Drawing(width, height, runs, List.of(), parts);
            }
        }
        throw new IllegalArgumentException(
                "a canvas of " + width + " x " + height + " pixels is too small for the level " + level
                        + " in letters of " + settings.minXHeight() + " pixels");
    }

    private TypeSize type(double largest) {
        FontFamily family = rng.pick(settings.families());
        Typeface typeface = rng.chance(0.3) ? family.bold() : family.regular();
        double least = settings.minXHeight();
        double share = rng.uniform(0, 1);
        return typeface.withXHeight(least + share * share * (largest - 1) * least);
    }

    /** A text somewhere on the canvas, nothing if it does not fit. */
    private List<Run> single(Supplier<String> texts, double largest) {
        TypeSize type = type(largest);
        String text = texts.get();
        return place(text, type, room, height - room, 0);
    }

    private List<Run> place(String text, TypeSize type, int top, int bottom, int index) {
        double overhang = 0.08 * type.em();
        double spareX = width - 2 * room - 2 * overhang - type.width(text);
        int spareY = bottom - top - type.ascent() - type.descent();
        if (spareX < 0 || spareY < 0) {
            return List.of();
        }
        double x = room + overhang + rng.uniform(0, spareX);
        int baseline = top + type.ascent() + rng.between(0, spareY);
        return List.of(new Run(text, type, x, baseline, ink, false, index, index));
    }

    private String character() {
        return String.valueOf(Charset.VISIBLE.charAt(rng.between(0, Charset.VISIBLE.length() - 1)));
    }

    private String word() {
        if (rng.chance(settings.scrambled())) {
            return scrambled();
        }
        return switch (rng.between(0, 7)) {
            case 0 -> content.firstName();
            case 1 -> content.lastName();
            case 2 -> content.city();
            case 3 -> content.product();
            case 4, 5 -> content.inventedWord();
            case 6 -> content.money(10, 200_000).grouped();
            default -> content.number(rng.between(2, 6));
        };
    }

    /** Every fourth has any characters, the others letters and digits only. */
    private String scrambled() {
        boolean any = rng.chance(0.25);
        StringBuilder characters = new StringBuilder();
        for (int i = rng.between(2, 8); i > 0; i--) {
            characters.append(any ? character() : LETTERS.charAt(rng.between(0, LETTERS.length() - 1)));
        }
        return characters.toString();
    }

    private String words(double widest, TypeSize type) {
        StringBuilder line = new StringBuilder(word());
        for (int i = 0; i < 8; i++) {
            String next = word();
            if (type.width(line + " " + next) > widest || rng.chance(0.15)) {
                break;
            }
            line.append(' ').append(next);
        }
        return line.toString();
    }

    private List<Run> line() {
        TypeSize type = type(1.6);
        double widest = width - 2 * room - 0.16 * type.em();
        return place(words(widest, type), type, room, height - room, 0);
    }

    /** Lines in bands of the canvas, each as high as its type and some more. */
    private List<Run> lines() {
        List<Run> runs = new ArrayList<>();
        int top = room;
        int wanted = rng.between(2, MOST_LINES);
        while (runs.size() < wanted) {
            TypeSize type = type(1.4);
            int rowHeight = type.ascent() + type.descent();
            int bottom = Math.min(height - room, top + rowHeight + rng.between(0, 2 * rowHeight / 3));
            double widest = width - 2 * room - 0.16 * type.em();
            List<Run> run = place(words(widest * rng.uniform(0.3, 1), type), type, top, bottom, runs.size());
            if (run.isEmpty()) {
                break;
            }
            runs.addAll(run);
            top = run.get(0).baseline() + type.descent() + rng.between(0, 3);
        }
        return runs.size() < 2 ? List.of() : runs;
    }
}
