package io.github.florence4j.synth.document;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.render.Condition;
import io.github.florence4j.synth.type.FontFamily;
import io.github.florence4j.synth.type.TypeSize;
import java.util.List;

/**
 * The types, inks and margins of one document.
 *
 * @param family its typefaces
 * @param body the type of most text
 * @param strong the bold type of the same size
 * @param hand the type of what is written by hand
 * @param ink colour of printed text
 * @param handInk colour of handwriting
 * @param accent colour of the logo and some titles
 * @param left first column of the content
 * @param top first row of the content
 * @param width columns of the content
 * @param height rows of the content
 * @param leading pixels between rows
 */
record Look(
        FontFamily family,
        TypeSize body,
        TypeSize strong,
        TypeSize hand,
        int ink,
        int handInk,
        int accent,
        int left,
        int top,
        int width,
        int height,
        int leading) {
    /** Lines have at least a so-manieth part of the canvas as x-height, so that a page does not become too fine to see. */
    private static final double FINEST = 110;

    private static final double COARSEST = 70;
    private static final int FEWEST_TYPED = 19;
    private static final int[] INKS = {0x000000, 0x111111, 0x1c1c24, 0x202020, 0x2b2b2b, 0x14142e};
    private static final int[] PENS = {0x1a237e, 0x0d2a6b, 0x202020, 0x26324f};
    private static final int[] ACCENTS = {0x1f4e79, 0x7a1f1f, 0x1f5a2e, 0x4a2a6a, 0x333333, 0x8a4b00};

    /**
     * Draws a look.
     *
     * @param tight whether to save room: the smallest letters, margins and gaps
     */
    static Look draw(Rng rng, PageSettings settings, Condition condition, int width, int height, boolean tight) {
        int side = Math.min(width, height);
        double least = Math.max(settings.minXHeight(), side / FINEST);
        double most = Math.max(least * 1.1, side / COARSEST);
        double xHeight = tight ? least : rng.uniform(least, most);
        int room = condition.turningRoom(width, height) + Math.max(2, side / 100);
        int left = room + (tight ? 0 : (int) rng.uniform(0, 0.05 * width));
        int right = room + (tight ? 0 : (int) rng.uniform(0, 0.05 * width));
        int top = room + (tight ? 0 : (int) rng.uniform(0, 0.03 * height));
        int bottom = room + (tight ? 0 : (int) rng.uniform(0, 0.03 * height));
        FontFamily family = family(rng, settings.families(), width - left - right, xHeight);
        TypeSize body = family.regular().withXHeight(xHeight);
        FontFamily byHand = settings.families().contains(FontFamily.HANDWRITING) ? FontFamily.HANDWRITING : family;
        int rowHeight = body.ascent() + body.descent();
        return new Look(
                family,
                body,
                family.bold().size(body.em()),
                byHand.regular().withXHeight(xHeight * 1.05),
                INKS[rng.between(0, INKS.length - 1)],
                PENS[rng.between(0, PENS.length - 1)],
                ACCENTS[rng.between(0, ACCENTS.length - 1)],
                left,
                top,
                Math.max(1, width - left - right),
                Math.max(1, height - top - bottom),
                tight ? 1 : Math.max(1, (int) Math.round(rowHeight * rng.uniform(0, 0.2))));
    }

    private static FontFamily family(Rng rng, List<FontFamily> families, int width, double xHeight) {
        List<FontFamily> printed =
                families.stream().filter(f -> f != FontFamily.HANDWRITING).toList();
        FontFamily family = rng.pick(printed);
        boolean tooWide = FEWEST_TYPED * family.regular().withXHeight(xHeight).advance('0') > width;
        List<FontFamily> narrow =
                printed.stream().filter(f -> f != FontFamily.TYPEWRITER).toList();
        return family == FontFamily.TYPEWRITER && tooWide && !narrow.isEmpty() ? rng.pick(narrow) : family;
    }

    /** The height of a row of body text without the gap. */
    int rowHeight() {
        return body.ascent() + body.descent();
    }

    int right() {
        return left + width;
    }

    /** How many characters fit on a line, about. */
    int characters() {
        return (int) (width / (body.width("The invoice number 2041") / 23));
    }
}
