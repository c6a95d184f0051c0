package io.github.florence4j.synth.dataset;

import io.github.florence4j.result.Box;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.Question;
import io.github.florence4j.synth.page.Raster;
import io.github.florence4j.synth.type.GlyphBitmap;
import io.github.florence4j.synth.type.TypeSize;
import io.github.florence4j.synth.type.Typeface;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.ImageIO;

/** A picture of pages beside each other, with the boxes of their parts and some of their questions below. */
public final class PageSheet {
    private static final int MARGIN = 10;
    private static final int MOST_COLUMNS = 6;
    private static final int WIDEST = 1800;
    private static final int QUESTIONS = 4;
    private static final int[] COLOURS = {
        0xd32f2f, 0x1976d2, 0x388e3c, 0xf57c00, 0x7b1fa2, 0x00838f, 0xc2185b, 0x5d4037, 0x689f38, 0x303f9f, 0x757575, 0
    };
    private static final TypeSize WORDS = Typeface.SANS.size(11.5);

    private final int width;
    private final int height;
    private final int[] pixels;

    private PageSheet(int width, int height) {
        this.width = width;
        this.height = height;
        this.pixels = new int[Math.multiplyExact(width, height)];
        java.util.Arrays.fill(pixels, 0xf0f0f0);
    }

    /**
     * Draws pages, in rows.
     *
     * @param pages all of the same size
     * @param boxes whether to outline the parts
     */
    public static BufferedImage draw(List<Page> pages, boolean boxes) {
        if (pages.isEmpty()) {
            throw new IllegalArgumentException("a contact sheet needs at least one page");
        }
        int cellWidth = pages.get(0).width() + MARGIN;
        int words = (int) (1.25 * WORDS.em());
        int cellHeight = pages.get(0).height() + (2 * QUESTIONS + 2) * words + MARGIN;
        int columns = Math.max(1, Math.min(Math.min(MOST_COLUMNS, pages.size()), WIDEST / cellWidth));
        int rows = (pages.size() + columns - 1) / columns;
        PageSheet sheet = new PageSheet(columns * cellWidth + MARGIN, rows * cellHeight + MARGIN);
        for (int i = 0; i < pages.size(); i++) {
            sheet.cell(pages.get(i), MARGIN + i % columns * cellWidth, MARGIN + i / columns * cellHeight, boxes, words);
        }
        BufferedImage image = new BufferedImage(sheet.width, sheet.height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, sheet.width, sheet.height, sheet.pixels, 0, sheet.width);
        return image;
    }

    /** Writes a picture as PNG: beside its place, then moved there. */
    public static void write(BufferedImage picture, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        if (!ImageIO.write(picture, "png", part.toFile())) {
            throw new IOException("this JVM cannot write PNG");
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private void cell(Page page, int left, int top, boolean boxes, int words) {
        Raster raster = page.raster();
        for (int y = 0; y < raster.height(); y++) {
            for (int x = 0; x < raster.width(); x++) {
                int last = raster.channels() - 1;
                pixels[(top + y) * width + left + x] = raster.sample(x, y, 0) << 16
                        | raster.sample(x, y, Math.min(1, last)) << 8
                        | raster.sample(x, y, last);
            }
        }
        if (boxes) {
            for (Part part : page.parts()) {
                outline(part.box(), left, top, COLOURS[part.kind().ordinal() % COLOURS.length]);
            }
        }
        int y = top + raster.height() + words;
        y = wrapped(page.caption(), left, y, raster.width(), words, 0x333333);
        int step = Math.max(1, page.questions().size() / QUESTIONS);
        for (int i = 0; i < QUESTIONS && i * step < page.questions().size(); i++) {
            Question question = page.questions().get(i * step);
            y = wrapped(
                    question.text() + " " + String.join(" | ", question.answers()),
                    left,
                    y,
                    raster.width(),
                    words,
                    0x0b4f9e);
        }
    }

    private void outline(Box box, int left, int top, int colour) {
        int x1 = left + (int) Math.floor(box.x1());
        int y1 = top + (int) Math.floor(box.y1());
        int x2 = left + (int) Math.ceil(box.x2());
        int y2 = top + (int) Math.ceil(box.y2());
        for (int x = x1; x < x2; x++) {
            pixels[y1 * width + x] = colour;
            pixels[(y2 - 1) * width + x] = colour;
        }
        for (int y = y1; y < y2; y++) {
            pixels[y * width + x1] = colour;
            pixels[y * width + x2 - 1] = colour;
        }
    }

    /** Writes at most two lines; gives where the next text goes. */
    private int wrapped(String text, int left, int top, int widest, int lineHeight, int colour) {
        int y = top;
        int from = 0;
        for (int line = 0; line < 2 && from < text.length(); line++) {
            int to = text.length();
            while (WORDS.width(text.substring(from, to)) > widest) {
                int space = text.lastIndexOf(' ', to - 1);
                to = space > from ? space : to - 1;
            }
            write(text.substring(from, to), left, y, colour);
            from = to < text.length() && text.charAt(to) == ' ' ? to + 1 : to;
            y += lineHeight;
        }
        return y;
    }

    private void write(String text, int left, int baseline, int colour) {
        double pen = left;
        for (int i = 0; i < text.length(); i++) {
            GlyphBitmap glyph = WORDS.glyph(text.charAt(i), pen);
            for (int p = 0; p < glyph.coverage().length; p++) {
                int x = WORDS.column(pen) + glyph.left() + p % Math.max(1, glyph.width());
                int y = baseline + glyph.top() + p / Math.max(1, glyph.width());
                if (x >= 0 && x < width && y >= 0 && y < height) {
                    pixels[y * width + x] = blend(pixels[y * width + x], colour, glyph.coverage()[p] & 0xFF);
                }
            }
            pen += WORDS.advance(text.charAt(i));
        }
    }

    private static int blend(int paper, int ink, int covered) {
        int mixed = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int from = paper >> shift & 0xFF;
            int to = ink >> shift & 0xFF;
            mixed |= (from + covered * (to - from) / 255) << shift;
        }
        return mixed;
    }
}
