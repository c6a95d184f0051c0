package io.github.florence4j.synth.render;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Quad;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.Glyph;
import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.Raster;
import io.github.florence4j.synth.page.Word;
import io.github.florence4j.synth.type.GlyphBitmap;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Draws one page. */
public final class PageRenderer {
    private static final AffineTransform IN_PLACE = new AffineTransform();

    private final Drawing drawing;
    private final Condition condition;
    private final Raster page;
    private final Turn turn;
    private final List<Line> lines = new ArrayList<>();
    private final @Nullable Box[] partBoxes;

    private PageRenderer(Drawing drawing, Condition condition, boolean colour) {
        this.drawing = drawing;
        this.condition = condition;
        int channels = colour ? 3 : 1;
        this.page = new Raster(
                drawing.width(),
                drawing.height(),
                channels,
                new byte[Math.multiplyExact(Math.multiplyExact(drawing.width(), drawing.height()), channels)]);
        this.turn = new Turn(condition.angle(), drawing.width(), drawing.height());
        this.partBoxes = new Box[drawing.parts().size()];
    }

    /**
     * Draws a page.
     *
     * @param rng for the noise
     * @param colour whether the page has three channels
     */
    public static Rendered render(Drawing drawing, Condition condition, Rng rng, boolean colour) {
        return new PageRenderer(drawing, condition, colour).render(rng);
    }

    private Rendered render(Rng rng) {
        Ink.paper(page, condition);
        for (Figure figure : drawing.figures()) {
            GlyphBitmap mask = GlyphBitmap.fill(figure.shape(), IN_PLACE);
            Ink.put(page, mask, mask.left(), mask.top(), figure.ink());
            if (figure.part() >= 0) {
                extend(figure.part(), box(mask, mask.left(), mask.top()));
            }
        }
        text();
        Raster turned = turn.raster(page);
        Noise.add(rng, turned, condition.grain(), condition.specks());
        if (condition.quality() > 0) {
            JpegArtefacts.add(turned, condition.quality());
        }
        return new Rendered(turned, lines, parts());
    }

    private void text() {
        List<Run> runs = drawing.runs();
        int from = 0;
        while (from < runs.size()) {
            int to = from + 1;
            while (to < runs.size() && runs.get(to).joined()) {
                to++;
            }
            line(runs.subList(from, to));
            from = to;
        }
    }

    private void line(List<Run> runs) {
        List<Word> words = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        @Nullable Box ink = null;
        int top = Integer.MAX_VALUE;
        int bottom = Integer.MIN_VALUE;
        for (Run run : runs) {
            text.append(text.length() == 0 ? "" : " ").append(run.text());
            ink = union(ink, words(run, words));
            top = Math.min(top, run.baseline() - run.type().ascent());
            bottom = Math.max(bottom, run.baseline() + run.type().descent());
        }
        if (ink == null) {
            throw new IllegalArgumentException("a line without ink: '" + text + "'");
        }
        Box upright = new Box(ink.x1(), top, ink.x2(), bottom);
        Run first = runs.get(0);
        Quad quad = turn.quad(upright);
        lines.add(new Line(text.toString(), quad, turn.box(upright), first.row(), first.part(), words));
        extend(first.part(), upright);
    }

    /** Draws a run and adds its words; gives the box of its ink, before turning. */
    private @Nullable Box words(Run run, List<Word> words) {
        double pen = run.x();
        @Nullable Box ink = null;
        @Nullable Box word = null;
        List<Glyph> glyphs = new ArrayList<>();
        int start = 0;
        String text = run.text();
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == ' ') {
                if (word != null) {
                    words.add(new Word(text.substring(start, i), turn.box(word), glyphs));
                    ink = union(ink, word);
                }
                word = null;
                glyphs = new ArrayList<>();
                start = i + 1;
            } else {
                Box box = glyph(run, text.charAt(i), pen);
                glyphs.add(new Glyph(text.charAt(i), turn.box(box)));
                word = union(word, box);
            }
            pen += i < text.length() ? run.type().advance(text.charAt(i)) : 0;
        }
        return ink;
    }

    private Box glyph(Run run, char character, double pen) {
        GlyphBitmap bitmap = run.type().glyph(character, pen);
        int left = run.type().column(pen) + bitmap.left();
        int top = run.baseline() + bitmap.top();
        Ink.put(page, bitmap, left, top, run.ink());
        return box(bitmap, left, top);
    }

    private static Box box(GlyphBitmap bitmap, int left, int top) {
        return new Box(left, top, left + bitmap.width(), top + bitmap.height());
    }

    private void extend(int part, Box box) {
        partBoxes[part] = union(partBoxes[part], box);
    }

    private static Box union(@Nullable Box a, @Nullable Box b) {
        if (a == null || b == null) {
            return a == null ? java.util.Objects.requireNonNull(b) : a;
        }
        return new Box(
                Math.min(a.x1(), b.x1()), Math.min(a.y1(), b.y1()), Math.max(a.x2(), b.x2()), Math.max(a.y2(), b.y2()));
    }

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < partBoxes.length; i++) {
            Box box = partBoxes[i];
            if (box == null) {
                throw new IllegalArgumentException("the part " + drawing.parts().get(i) + " has nothing to draw");
            }
            parts.add(new Part(drawing.parts().get(i), turn.box(box)));
        }
        return parts;
    }
}
