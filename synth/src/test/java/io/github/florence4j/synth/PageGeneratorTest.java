package io.github.florence4j.synth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.Glyph;
import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.Strength;
import io.github.florence4j.synth.page.Word;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageGeneratorTest {
    private static final PageGenerator GENERATOR = new PageGenerator(PageSettings.DEFAULT);
    private static final PageGenerator STRONG =
            new PageGenerator(PageSettings.DEFAULT.withEffects(Effects.all(Strength.STRONG)));

    @Test
    void givesTheSamePageForTheSameSeed() {
        for (Level level : Level.values()) {
            Page first = STRONG.page(11, level, 256, 256);
            Page again = new PageGenerator(STRONG.settings()).page(11, level, 256, 256);
            assertThat(again.raster().bytes()).isEqualTo(first.raster().bytes());
            assertThat(again.lines()).isEqualTo(first.lines());
            assertThat(again.parts()).isEqualTo(first.parts());
            assertThat(again.questions()).isEqualTo(first.questions());
            assertThat(STRONG.page(12, level, 256, 256).raster().bytes())
                    .isNotEqualTo(first.raster().bytes());
        }
    }

    @Test
    void clipsNoTextAndLetsNoTwoLinesOverlapOnDocumentsOfAllKindsAndSizes() {
        for (int size : new int[] {192, 224, 256, 400, 700}) {
            for (DocumentKind kind : DocumentKind.values()) {
                for (int seed = 0; seed < 8_000 / size; seed++) {
                    Page page = (seed % 2 == 0 ? GENERATOR : STRONG).document(seed, kind, size, size);
                    assertIsClean(page, kind + " " + size + " " + seed);
                }
            }
        }
    }

    @Test
    void clipsNoTextAndLetsNoTwoLinesOverlapOnSmallCanvases() {
        for (Level level : List.of(Level.GLYPH, Level.DIGITS, Level.WORD, Level.LINE, Level.LINES)) {
            int side = level == Level.GLYPH ? 48 : level.ordinal() < Level.LINE.ordinal() ? 64 : 128;
            for (int seed = 0; seed < 150; seed++) {
                assertIsClean(STRONG.page(seed, level, side, side), level + " " + seed);
            }
        }
    }

    private static void assertIsClean(Page page, String name) {
        List<String> faults = new ArrayList<>();
        List<Line> lines = page.lines();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            for (Word word : line.words()) {
                for (Glyph glyph : word.glyphs()) {
                    if (!isWithin(glyph.box(), page)) {
                        faults.add(glyph + " of '" + line.text() + "' is clipped");
                    }
                }
            }
            for (int j = 0; j < i; j++) {
                if (overlap(line.quad(), lines.get(j).quad())) {
                    faults.add("'" + lines.get(j).text() + "' and '" + line.text() + "' overlap");
                }
            }
        }
        for (Part part : page.parts()) {
            if (!isWithin(part.box(), page)) {
                faults.add(part + " is clipped");
            }
        }
        assertThat(faults).as(name).isEmpty();
    }

    private static boolean isWithin(Box box, Page page) {
        return box.x1() >= 0 && box.y1() >= 0 && box.x2() <= page.width() && box.y2() <= page.height();
    }

    /** Two rectangles with the same turn overlap unless a side of the first divides them. */
    private static boolean overlap(Quad a, Quad b) {
        return !divides(a, b, true) && !divides(a, b, false);
    }

    private static boolean divides(Quad a, Quad b, boolean across) {
        Point from = a.upperLeft();
        Point to = across ? a.upperRight() : a.lowerLeft();
        double dx = to.x() - from.x();
        double dy = to.y() - from.y();
        double[] first = extent(a, dx, dy);
        double[] second = extent(b, dx, dy);
        double slack = 1e-6 * (dx * dx + dy * dy);
        return first[1] <= second[0] + slack || second[1] <= first[0] + slack;
    }

    private static double[] extent(Quad quad, double dx, double dy) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (Point point : List.of(quad.upperLeft(), quad.upperRight(), quad.lowerRight(), quad.lowerLeft())) {
            double along = point.x() * dx + point.y() * dy;
            least = Math.min(least, along);
            most = Math.max(most, along);
        }
        return new double[] {least, most};
    }
}
