package io.github.florence4j.synth.document;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.page.DocumentKind;

/**
 * What makes up a template beside its kind. Of the 72 designs of each kind, those that hash to the other split are not used.
 *
 * @param heading where titles stand
 * @param fields how labels and values stand to each other
 * @param frame what lines are drawn
 * @param swapped whether the blocks at the beginning, or at the end, change places
 */
record Design(Align heading, FieldStyle fields, Frame frame, boolean swapped) {

    /** Where a line stands. */
    enum Align {
        LEFT,
        CENTER,
        RIGHT
    }

    /** How a label and its value stand to each other. */
    enum FieldStyle {
        /** The value follows the label and a colon. */
        INLINE,
        /** Values begin below each other. */
        TABBED,
        /** Values end at the right margin. */
        FLUSH_RIGHT,
        /** As before, with dots between. */
        DOTTED
    }

    /** What lines are drawn. */
    enum Frame {
        PLAIN,
        RULED,
        BOXED
    }

    static Design draw(Rng rng, DocumentKind kind, Split split) {
        Design design;
        do {
            design = new Design(
                    rng.pick(Align.values()), rng.pick(FieldStyle.values()), rng.pick(Frame.values()), rng.chance(0.5));
        } while (!split.admits(design.name(kind)));
        return design;
    }

    /** The name of the template: {@code invoice/left/inline/plain/swapped}. */
    String name(DocumentKind kind) {
        return (kind + "/" + heading + "/" + fields + "/" + frame + (swapped ? "/swapped" : ""))
                .toLowerCase(java.util.Locale.ROOT);
    }
}
