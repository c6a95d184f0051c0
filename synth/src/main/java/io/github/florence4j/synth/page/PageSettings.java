package io.github.florence4j.synth.page;

import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.type.FontFamily;
import java.util.List;
import java.util.Set;

/**
 * What pages should be like.
 *
 * @param split whose names, numbers, sentences and templates to use
 * @param kinds kinds of documents to draw from
 * @param families fonts to draw from; handwriting is used for what is filled in and signed, never for whole documents
 * @param minXHeight the least height of the letter x in pixels, 3 to 100
 * @param effects what happens to the page
 * @param colour whether pages have three channels
 * @param scrambled the share of words, on pages below whole documents, that are characters drawn one by one: nothing helps
 *     to guess them, they must be read
 */
public record PageSettings(
        Split split,
        List<DocumentKind> kinds,
        List<FontFamily> families,
        double minXHeight,
        Effects effects,
        boolean colour,
        double scrambled) {
    private static final double SCRAMBLED = 0.2;

    /** Training pages of all kinds in all fonts, letters that are legible at 8 pixels, light effects, in grey. */
    public static final PageSettings DEFAULT = new PageSettings(
            Split.TRAIN,
            List.of(DocumentKind.values()),
            List.of(FontFamily.values()),
            8,
            Effects.all(Strength.LIGHT),
            false,
            SCRAMBLED);

    /** Sorts out repetitions and checks that there is something to draw from. */
    public PageSettings {
        kinds = List.copyOf(kinds).stream().distinct().sorted().toList();
        families = List.copyOf(families).stream().distinct().sorted().toList();
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("pages need at least one kind of document");
        }
        if (families.isEmpty() || families.equals(List.of(FontFamily.HANDWRITING))) {
            throw new IllegalArgumentException("pages need at least one font beside handwriting, found " + families);
        }
        if (!(minXHeight >= 3 && minXHeight <= 100)) {
            throw new IllegalArgumentException("the x-height must be 3 to 100 pixels, found " + minXHeight);
        }
        if (!(scrambled >= 0 && scrambled <= 1)) {
            throw new IllegalArgumentException("the share of scrambled words must be 0 to 1, found " + scrambled);
        }
    }

    /** Settings with every fifth word scrambled on pages below whole documents. */
    public PageSettings(
            Split split,
            List<DocumentKind> kinds,
            List<FontFamily> families,
            double minXHeight,
            Effects effects,
            boolean colour) {
        this(split, kinds, families, minXHeight, effects, colour, SCRAMBLED);
    }

    /** The same for another split. */
    public PageSettings withSplit(Split other) {
        return new PageSettings(other, kinds, families, minXHeight, effects, colour, scrambled);
    }

    /** The same for other kinds of documents. */
    public PageSettings withKinds(Set<DocumentKind> others) {
        return new PageSettings(split, List.copyOf(others), families, minXHeight, effects, colour, scrambled);
    }

    /** The same in other fonts. */
    public PageSettings withFamilies(Set<FontFamily> others) {
        return new PageSettings(split, kinds, List.copyOf(others), minXHeight, effects, colour, scrambled);
    }

    /** The same with another least height of letters. */
    public PageSettings withMinXHeight(double pixels) {
        return new PageSettings(split, kinds, families, pixels, effects, colour, scrambled);
    }

    /** The same with other effects. */
    public PageSettings withEffects(Effects others) {
        return new PageSettings(split, kinds, families, minXHeight, others, colour, scrambled);
    }

    /** The same in grey or in colour. */
    public PageSettings withColour(boolean inColour) {
        return new PageSettings(split, kinds, families, minXHeight, effects, inColour, scrambled);
    }

    /** The same with another share of scrambled words. */
    public PageSettings withScrambled(double share) {
        return new PageSettings(split, kinds, families, minXHeight, effects, colour, share);
    }
}
