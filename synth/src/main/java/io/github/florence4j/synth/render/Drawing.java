package io.github.florence4j.synth.render;

import io.github.florence4j.synth.page.PartKind;
import java.util.List;

/**
 * What is to be drawn on a page that is not turned yet.
 *
 * @param width of the page in pixels
 * @param height of the page in pixels
 * @param runs the text in reading order; each lies within the page
 * @param figures lines, boxes and marks; they lie under the text
 * @param parts the kinds of the parts in reading order; each has a run or a figure
 */
public record Drawing(int width, int height, List<Run> runs, List<Figure> figures, List<PartKind> parts) {

    /** Copies the lists. */
    public Drawing {
        runs = List.copyOf(runs);
        figures = List.copyOf(figures);
        parts = List.copyOf(parts);
    }
}
