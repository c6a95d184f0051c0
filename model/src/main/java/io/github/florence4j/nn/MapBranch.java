package io.github.florence4j.nn;

import org.bytedeco.pytorch.Tensor;

/** A branch of a block of the vision tower, its layer norm included, in evaluation: what it gives of a map is added to the map. */
@FunctionalInterface
public interface MapBranch {
    /** Adds what it gives of {@code map (b, y, x, c)}, in single precision and without gaps, to it in place, about so many elements at a time. */
    void addTo(Tensor map, long elements);
}
