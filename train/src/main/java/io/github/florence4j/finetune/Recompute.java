package io.github.florence4j.finetune;

/** What gradient checkpointing computes a second time instead of keeping it. */
public enum Recompute {
    /** Nothing. */
    OFF,
    /** The blocks of the vision tower. */
    TOWER,
    /** The layers of encoder and decoder. */
    LANGUAGE,
    /** Both. */
    ALL
}
