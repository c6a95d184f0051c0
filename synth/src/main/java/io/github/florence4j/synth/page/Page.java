package io.github.florence4j.synth.page;

import java.util.List;
import java.util.Set;

/**
 * A page and everything that is known about it. All places are in pixels.
 *
 * @param raster the pixels
 * @param lines all text in reading order
 * @param parts the layout in reading order
 * @param caption one sentence about the page
 * @param phrases phrases of the caption, in its order
 * @param questions questions about a document; none on the canvases of the first levels
 * @param contents names, numbers and sentences that belong to one split alone, and the template's name
 */
public record Page(
        Raster raster,
        List<Line> lines,
        List<Part> parts,
        String caption,
        List<Phrase> phrases,
        List<Question> questions,
        Set<String> contents) {

    /** Copies the lists. */
    public Page {
        lines = List.copyOf(lines);
        parts = List.copyOf(parts);
        phrases = List.copyOf(phrases);
        questions = List.copyOf(questions);
        contents = Set.copyOf(contents);
    }

    /** The width in pixels. */
    public int width() {
        return raster.width();
    }

    /** The height in pixels. */
    public int height() {
        return raster.height();
    }

    /** All text in reading order: rows are lines, pieces beside each other have a space between them. */
    public String text() {
        StringBuilder text = new StringBuilder();
        int row = lines.isEmpty() ? 0 : lines.get(0).row();
        for (Line line : lines) {
            if (text.length() > 0) {
                text.append(line.row() == row ? ' ' : '\n');
            }
            text.append(line.text());
            row = line.row();
        }
        return text.toString();
    }
}
