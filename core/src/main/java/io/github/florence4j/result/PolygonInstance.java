package io.github.florence4j.result;

import java.util.List;

/**
 * One object, outlined by one or several rings.
 *
 * @param rings the outlines, in pixels
 * @param label what; empty for the segmentation tasks, whose answers carry none
 * @param score how sure the model was of the outline and of the label
 */
public record PolygonInstance(List<Ring> rings, String label, Score score) {

    /** Copies the list. */
    public PolygonInstance {
        rings = List.copyOf(rings);
    }

    /** An instance without scores. */
    public PolygonInstance(List<Ring> rings, String label) {
        this(rings, label, Score.NONE);
    }
}
