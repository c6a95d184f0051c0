package io.github.florence4j.finetune;

import io.github.florence4j.weights.Part;
import java.util.Set;

/** What gradient checkpointing computes a second time instead of keeping it. */
public enum Recompute {
    /** Nothing. */
    OFF(Set.of()),
    /** The blocks of the vision tower. */
    TOWER(Set.of(Part.VISION_TOWER)),
    /** The layers of encoder and decoder. */
    LANGUAGE(Set.of(Part.ENCODER, Part.DECODER)),
    /** Both. */
    ALL(Set.of(Part.VISION_TOWER, Part.ENCODER, Part.DECODER));

    @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed
    private final Set<Part> parts;

    Recompute(Set<Part> parts) {
        this.parts = parts;
    }

    /** The parts whose layers are computed again. */
    public Set<Part> parts() {
        return parts;
    }
}
