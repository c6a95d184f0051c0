package io.github.florence4j.pretrain;

import io.github.florence4j.result.Box;
import io.github.florence4j.synth.page.Glyph;
import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.Word;
import java.util.Arrays;

/**
 * Which characters lie under each visual token: a token's square of the page is divided into slots, and a slot has the
 * character whose middle lies in it, or none.
 *
 * @param side side of the square in pixels
 * @param columns slots side by side
 * @param rows slots above each other
 */
record GlyphMap(int side, int columns, int rows) {
    /** The class of a slot without a character. */
    static final int NOTHING = 0;

    private static final char FIRST = ' ';

    /** Classes: nothing, and printable ASCII behind the space. */
    static final int CLASSES = '~' - FIRST + 1;

    /** Slots of one token. */
    int slots() {
        return columns * rows;
    }

    /** The classes of a page's slots, token by token in rows, a token's slots in rows too: {@code (y, x, slots)}. */
    long[] classes(Page page) {
        int across = page.width() / side;
        int down = page.height() / side;
        long[] classes = new long[across * down * slots()];
        Arrays.fill(classes, NOTHING);
        for (Line line : page.lines()) {
            for (Word word : line.words()) {
                for (Glyph glyph : word.glyphs()) {
                    Box box = glyph.box();
                    int column = (int) ((box.x1() + box.x2()) / 2 * columns / side);
                    int row = (int) ((box.y1() + box.y2()) / 2 * rows / side);
                    if (column >= 0 && column < across * columns && row >= 0 && row < down * rows) {
                        int token = row / rows * across + column / columns;
                        int slot = row % rows * columns + column % columns;
                        classes[token * slots() + slot] = glyph.character() - FIRST;
                    }
                }
            }
        }
        return classes;
    }
}
