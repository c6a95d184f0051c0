package io.github.florence4j.task;

/** How the answer to a task is written; the names are the reference processors' (specification, section 7). */
public enum ParserKind {
    /** Words. */
    PURE_TEXT,
    /** Text, then eight location tokens, again and again. */
    OCR,
    /** A label, then boxes of four location tokens, again and again. */
    DESCRIPTION_WITH_BBOXES,
    /** Boxes of four location tokens. */
    BBOXES,
    /** A phrase of the caption, then its boxes, again and again. */
    PHRASE_GROUNDING,
    /** Outlines: rings of location tokens parted by {@code <sep>}, instances within {@code <poly>} and {@code </poly>}. */
    POLYGONS,
    /** Labels with boxes, or labels with outlines if {@code <poly>} occurs. */
    DESCRIPTION_WITH_BBOXES_OR_POLYGONS
}
